package fulfil

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

// What is of deployments alone, or of task sets alone, is for Kind to say: the executor names neither.
func TestTheExecutorKnowsGenerationsAlone(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	ofAKind := []string{"Deployment", "Deployments", "Set", "Sets", "Primary", "RolloutState"}
	set := token.NewFileSet()
	for _, name := range files {
		if name == "kind_test.go" {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, is := n.(*ast.SelectorExpr); is && slices.Contains(ofAKind, s.Sel.Name) {
				t.Errorf("%s: %s is of one kind of generations", set.Position(n.Pos()), s.Sel.Name)
			}
			return true
		})
	}
}
