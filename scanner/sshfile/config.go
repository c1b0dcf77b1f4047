package sshfile

import (
	"bytes"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A Setting is a line of sshd_config or ssh_config.
type Setting struct {
	Line    int
	Keyword string   // in lower case; case makes no difference to SSH
	Args    []string // without quotes
	Block   string   // the Match or Host line that it stands under; "" for every connection
}

// ParseConfig reads sshd_config(5) and ssh_config(5), which have one grammar.
// For most keywords the first line of a keyword holds; Include is not followed.
func ParseConfig(data []byte) (list []Setting, problems []Problem) {
	block := ""
	for n, line := range entries(data) {
		if len(line) > maxLine {
			problems = append(problems, Problem{n, "too long"})
			continue
		}
		end := bytes.IndexAny(line, " \t=\"")
		if end < 0 {
			end = len(line)
		}
		s := Setting{Line: n, Keyword: strings.ToLower(scanner.Escape(line[:end]))}
		rest := bytes.TrimLeft(line[end:], " \t")
		rest = bytes.TrimLeft(bytes.TrimPrefix(rest, []byte("=")), " \t")
		args, ok := arguments(rest)
		switch {
		case !ok:
			problems = append(problems, Problem{n, "a quote is not closed"})
			continue
		case s.Keyword == "" || len(args) == 0:
			problems = append(problems, Problem{n, "want a keyword and its argument"})
			continue
		}
		s.Args = args
		if s.Keyword == "match" || s.Keyword == "host" {
			block = s.Keyword + " " + strings.Join(args, " ")
		}
		s.Block = block
		list = append(list, s)
	}
	return list, problems
}

// arguments splits at blanks outside of quotes. A number sign behind a blank
// begins a comment, as OpenSSH since 8.5 has it.
func arguments(text []byte) (args []string, ok bool) {
	var arg []byte
	var quote byte
	started := false
	flush := func() {
		if started {
			args = append(args, escape(arg))
		}
		arg, started = nil, false
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\'' || text[i+1] == '\\'):
			i++
			arg, started = append(arg, text[i]), true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			arg = append(arg, c)
		case c == '"' || c == '\'':
			quote, started = c, true
		case c == ' ' || c == '\t':
			flush()
		case c == '#' && !started:
			return args, true
		default:
			arg, started = append(arg, c), true
		}
	}
	flush()
	return args, quote == 0
}

// escape is scanner.Escape without its bound: a list of algorithms is longer,
// and maxLine bounds it.
func escape(text []byte) string {
	var b strings.Builder
	for _, c := range text {
		b.WriteString(scanner.Escape([]byte{c}))
	}
	return b.String()
}

// An AlgorithmList is the argument of Ciphers, MACs, KexAlgorithms,
// HostKeyAlgorithms and their like.
type AlgorithmList struct {
	Change byte     // '+' appends to the default, '-' takes out of it, '^' puts in front of it; 0 replaces it
	Names  []string // with '-' they may be patterns
}

// Algorithms reads the argument of a setting as a list of algorithms.
func (s Setting) Algorithms() AlgorithmList {
	text, l := s.Args[0], AlgorithmList{}
	if text != "" && strings.IndexByte("+-^", text[0]) >= 0 {
		l.Change, text = text[0], text[1:]
	}
	for name := range strings.SplitSeq(text, ",") {
		if name != "" {
			l.Names = append(l.Names, name)
		}
	}
	return l
}
