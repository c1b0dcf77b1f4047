package render_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// A browser is a Chromium with one page open. It is driven over a pipe by the
// DevTools protocol, so that not even a loopback port is open, and it finds no
// name and no address.
type browser struct {
	t       testing.TB
	in      *os.File
	session string

	mu      sync.Mutex
	last    int
	waiting map[int]chan message
	said    []string // what the console said, and what failed
	asked   []string // every URL that was asked for
	loaded  chan struct{}
}

// A message is a command, its answer or an event.
type message struct {
	ID      int             `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// openBrowser starts a browser that ends with the test.
func openBrowser(t testing.TB) *browser {
	t.Helper()
	program := lab.Program(t, "chromium")
	theirs, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
		"--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, ours} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	ours.Close()
	var b *browser
	t.Cleanup(func() {
		b.close()
		in.Close()
		ended := make(chan struct{})
		go func() { cmd.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill()
			<-ended
		}
		out.Close()
	})
	b = &browser{t: t, in: in, waiting: map[int]chan message{}, loaded: make(chan struct{}, 8)}
	go b.listen(out)
	var target struct {
		ID string `json:"targetId"`
	}
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct {
		ID string `json:"sessionId"`
	}
	b.call("Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &session)
	b.session = session.ID
	for _, domain := range []string{"Runtime", "Log", "Network", "Page"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// close asks the browser to end all its processes: one that is killed leaves
// some behind that still write to its folder.
func (b *browser) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	fmt.Fprintf(b.in, "{\"id\":%d,\"method\":\"Browser.close\"}\x00", b.last)
}

// listen takes answers and events until the browser ends.
func (b *browser) listen(out *os.File) {
	r := bufio.NewReaderSize(out, 1<<20)
	for {
		data, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(bytes.TrimSuffix(data, []byte{0}), &m) != nil {
			continue
		}
		b.mu.Lock()
		switch {
		case m.ID != 0:
			if c := b.waiting[m.ID]; c != nil {
				delete(b.waiting, m.ID)
				c <- m
			}
		case m.Method == "Page.loadEventFired":
			b.loaded <- struct{}{}
		case m.Method == "Network.requestWillBeSent":
			var p struct {
				Request struct {
					URL string `json:"url"`
				} `json:"request"`
			}
			json.Unmarshal(m.Params, &p)
			b.asked = append(b.asked, p.Request.URL)
		case m.Method == "Runtime.consoleAPICalled", m.Method == "Runtime.exceptionThrown", m.Method == "Log.entryAdded", m.Method == "Network.loadingFailed":
			b.said = append(b.said, fmt.Sprintf("%s %.600s", m.Method, m.Params))
		}
		b.mu.Unlock()
	}
}

// call puts a command and waits for its result.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		b.t.Fatal(err)
	}
	if params == nil {
		raw = []byte("{}")
	}
	b.mu.Lock()
	b.last++
	m := message{ID: b.last, Method: method, Session: b.session, Params: raw}
	answer := make(chan message, 1)
	b.waiting[m.ID] = answer
	b.mu.Unlock()
	data, err := json.Marshal(m)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(data, 0)); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	select {
	case m = <-answer:
	case <-time.After(30 * time.Second):
		b.t.Fatalf("%s: no answer in 30 s", method)
	}
	if m.Error != nil {
		b.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(m.Result, result); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

// open shows a file.
func (b *browser) open(file string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": "file://" + file}, nil)
	select {
	case <-b.loaded:
	case <-time.After(30 * time.Second):
		b.t.Fatal("the page did not load in 30 s")
	}
}

// eval gives the value of an expression in the page. The page's policy binds
// the page, not the debugger.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	var r struct {
		Result struct {
			Value T `json:"value"`
		} `json:"result"`
		Exception json.RawMessage `json:"exceptionDetails"`
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &r)
	if r.Exception != nil {
		b.t.Fatalf("%s: %s", expression, r.Exception)
	}
	return r.Result.Value
}

// press presses and releases a key.
func (b *browser) press(key string) {
	b.t.Helper()
	code := map[string]int{"Tab": 9, "Enter": 13, "Space": 32, "Backspace": 8, "Home": 36, "End": 35, "ArrowDown": 40, "ArrowRight": 39}[key]
	text := map[string]string{"Enter": "\r", "Space": " "}[key]
	name := strings.Replace(key, "Space", " ", 1)
	for _, what := range []string{"keyDown", "keyUp"} {
		p := map[string]any{"type": what, "key": name, "code": key, "windowsVirtualKeyCode": code}
		if what == "keyDown" && text != "" {
			p["text"] = text
		}
		b.call("Input.dispatchKeyEvent", p, nil)
	}
}

// tabTo moves the focus by the Tab key alone until it is where the selector
// says.
func (b *browser) tabTo(selector string) {
	b.t.Helper()
	for range 400 {
		if eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
		b.press("Tab")
	}
	b.t.Fatalf("400 times Tab do not reach %s", selector)
}

// write types into what has the focus.
func (b *browser) write(text string) {
	b.t.Helper()
	b.call("Input.insertText", map[string]any{"text": text}, nil)
}

// screen sets the width, and whether the operator likes it dark.
func (b *browser) screen(width int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// quiet fails the test where the console said something, or anything but the
// file itself was asked for.
func (b *browser) quiet(file string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.said {
		b.t.Errorf("the console says: %s", s)
	}
	for _, url := range b.asked {
		if url != "file://"+file && url != "about:blank" {
			b.t.Errorf("the page asks for %.300s", url)
		}
	}
	if len(b.asked) == 0 {
		b.t.Error("no request was seen, not even for the page: nothing is shown by that")
	}
}
