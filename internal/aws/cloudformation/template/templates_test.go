package template_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

var update = flag.Bool("update", false, "write what templates come to anew")

// TestTemplates resolves templates of the kinds that people publish, and holds what is shown of them.
func TestTemplates(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/templates/*.[yj][as][mo][ln]")
	if err != nil || len(files) != 5 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stack, err := resolve(string(text), map[string]map[string]string{
			"database.json": {"Password": "hunter2000"},
		}[filepath.Base(file)])
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		got := describe(t, stack)
		if strings.Contains(got, "hunter2000") {
			t.Errorf("%s: the password is shown: %s", file, got)
		}
		holdFile(t, file+".want", got)
	}
}

// made are attributes of which one is a range of addresses.
func made(r document.Reference) (*document.Value, error) {
	if r.Attribute == "CidrBlock" {
		return document.NewText("10.0.0.0/16"), nil
	}
	return attributes(r)
}

// describe has a line for each part of a stack, filled with what resources have.
func describe(t *testing.T, stack *template.Stack) string {
	t.Helper()
	var b strings.Builder
	line := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" && text != "[]" {
			fmt.Fprintf(&b, "  %s: %s\n", name, text)
		}
	}
	for _, r := range stack.Resources {
		_, shown, err := r.Fill(made)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", r.LogicalID, r.Type)
		line("needs", "%v", r.Dependencies)
		line("kept", "%s", r.DeletionPolicy)
		line("properties", "%s", shown.JSON())
		if r.CreationPolicy != nil {
			line("policies", "%s%s", r.CreationPolicy.JSON(), r.UpdatePolicy.JSON())
		}
	}
	for _, o := range stack.Outputs {
		_, shown, err := o.Fill(made)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "output %s %s\n", o.Name, shown.Text)
		if o.Export != nil {
			line("export", "%s", o.Export.Text)
		}
	}
	fmt.Fprintf(&b, "imports %v\n", stack.Imports)
	return b.String()
}

func holdFile(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s: %v\n got %s\nwant %s", file, err, got, want)
	}
}
