package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/fipsweep/fipsweep/"

// layers says which of our packages each package may import. A package that
// is not here fails the test, so that nothing grows outside the house.
var layers = map[string][]string{
	"scanner":            {},
	"scanner/iana":       {},
	"scanner/tlswire":    {"scanner/iana"},
	"scanner/sshwire":    {"scanner/iana"},
	"scanner/pkix":       {"scanner", "scanner/iana"},
	"scanner/aesccm":     {},
	"scanner/tlskeys":    {"scanner/iana", "scanner/tlswire", "scanner/aesccm"},
	"scanner/starttls":   {"scanner"},
	"scanner/tlsprobe":   {"scanner", "scanner/iana", "scanner/tlswire", "scanner/tlskeys", "scanner/pkix", "scanner/starttls"},
	"scanner/sshfile":    {"scanner", "scanner/iana", "scanner/sshwire"},
	"scanner/hostfile":   {"scanner", "scanner/iana"},
	"scanner/sshprobe":   {"scanner", "scanner/iana", "scanner/sshwire", "scanner/sshfile", "scanner/pkix"},
	"scanner/detect":     {"scanner", "scanner/iana", "scanner/tlswire", "scanner/sshwire"},
	"scanner/keystore":   {"scanner", "scanner/pkix", "scanner/aesccm"},
	"scanner/certstore":  {"scanner", "scanner/iana", "scanner/pkix", "scanner/sshwire", "scanner/sshfile", "scanner/keystore", "scanner/hostfile"},
	"scanner/target":     {"scanner"},
	"scanner/resolve":    {"scanner"},
	"scanner/sweep":      {"scanner"},
	"scanner/replay":     {"scanner"},
	"fips":               {"scanner", "scanner/iana"},
	"fips/catalogue":     {"scanner", "scanner/iana", "fips"},
	"fips/control":       {"scanner", "scanner/iana", "fips"},
	"fips/site":          {"scanner", "scanner/iana", "fips"},
	"fips/remedy":        {"scanner", "scanner/iana", "fips"},
	"reports":            {"scanner", "scanner/iana", "fips", "fips/control", "fips/site", "fips/remedy"},
	"reports/render":     {"scanner", "scanner/iana", "fips", "fips/control", "fips/site", "fips/remedy", "reports"},
	"reports/cyclonedx":  {"scanner", "scanner/iana", "fips", "reports"},
	"reports/schema":     {},
	"internal/lab":       {}, // for tests, as is what lies below it: no package may import them
	"internal/lab/valid": {"reports/schema"},
	"internal/bench":     {"scanner", "scanner/iana"}, // for benchmarks alone
	"cmd/fipsweep":       {"*"},
	"cmd/gen":            {"*"},
}

// pure packages do no I/O, read no clock and start no goroutine.
var pure = []string{"scanner", "scanner/iana", "scanner/tlswire", "scanner/tlskeys", "scanner/sshwire", "scanner/sshfile", "scanner/hostfile", "scanner/pkix", "scanner/aesccm", "scanner/keystore",
	"fips", "fips/catalogue", "fips/control", "fips/site", "fips/remedy"}

// impure is what a pure package may not import. (syscall is not among them:
// package scanner needs the names of its errors.)
var impure = []string{"os", "os/exec", "net/http", "log", "log/slog", "io/ioutil", "crypto/tls", "sync"}

// goroutines may be started only here.
var goroutines = []string{"scanner/sweep", "cmd/fipsweep", "internal/lab", "internal/bench"}

func TestLayering(t *testing.T) {
	root := filepath.Join("..", "..")
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		layerFile(t, fset, path.Dir(filepath.ToSlash(rel)), file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func layerFile(t *testing.T, fset *token.FileSet, pkg string, file *ast.File) {
	allowed, known := layers[pkg]
	if !known {
		t.Errorf("%s: folder is not in the table of layers", pkg)
		return
	}
	for _, spec := range file.Imports {
		imp, _ := strconv.Unquote(spec.Path.Value)
		at := fset.Position(spec.Pos())
		if ours, ok := strings.CutPrefix(imp, module); ok && !slices.Contains(allowed, "*") && !slices.Contains(allowed, ours) {
			t.Errorf("%s: %s may not import %s", at, pkg, ours)
		}
		if slices.Contains(pure, pkg) && slices.Contains(impure, imp) {
			t.Errorf("%s: %s is pure and may not import %s", at, pkg, imp)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if !slices.Contains(goroutines, pkg) {
				t.Errorf("%s: %s may not start goroutines", fset.Position(n.Pos()), pkg)
			}
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				t.Errorf("%s: no init functions", fset.Position(n.Pos()))
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && n.Sel.Name == "Now" && slices.Contains(pure, pkg) {
				t.Errorf("%s: %s reads no clock", fset.Position(n.Pos()), pkg)
			}
		}
		return true
	})
}
