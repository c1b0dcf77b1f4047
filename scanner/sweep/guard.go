package sweep

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// probeName is what observations carry that the sweep itself makes.
const probeName = "sweep"

// guarded runs one probe. A panic in it is a fault of ours, met at one
// endpoint: it is recorded there, and the sweep goes on.
func (r *run) guarded(ctx context.Context, e *scanner.Endpoint) (o *scanner.Observation) {
	o = new(scanner.Observation)
	defer func() {
		if v := recover(); v != nil {
			r.fault(o, e, v)
		}
	}()
	*o = r.cfg.Prober.Probe(ctx, *e)
	return o
}

func (r *run) fault(o *scanner.Observation, e *scanner.Endpoint, v any) {
	*o = scanner.Failed(*e, probeName, r.panicked(e.String(), v))
}

// panicked is called while a panic with value v is being recovered from.
func (r *run) panicked(where string, v any) scanner.Failure {
	detail := fmt.Sprintf("panic in %s: %s", panicSite(), panicText(v))
	r.cfg.Log.Error("a probe panicked; please report this", "endpoint", where, "detail", detail, "stack", string(debug.Stack()))
	return scanner.Failure{Stage: scanner.StageProbe, Reason: scanner.ReasonInternal, Detail: detail}
}

// panicText tells a panic's value where the runtime made it. Any other value
// may hold what was read from a peer or a file, a private key perhaps, so of
// that only the type is told.
func panicText(v any) string {
	if err, ok := v.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("a value of type %T", v)
}

// panicSite is the function and line that panicked: the first frame outside of
// the runtime above the panic itself.
func panicSite() string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(1, pc)])
	inPanic := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			inPanic = true
		case inPanic && !strings.HasPrefix(f.Function, "runtime."):
			return fmt.Sprintf("%s (%s:%d)", path.Base(f.Function), path.Base(f.File), f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
