package check_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/deploy/stackparameter"
)

// TestPlantedTemplates finds what is wrong with each of many templates in one run, and nothing else.
func TestPlantedTemplates(t *testing.T) {
	const path = "testdata/templates.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := len(archive.Files) - 1
	var files []check.File
	for _, f := range archive.Files[:last] {
		files = append(files, check.File{Name: f.Name, Text: f.Data})
	}
	var got strings.Builder
	templates := check.Templates{Parameters: stackparameter.Values{"Env": "dev", "Here": "yes", "Nowhere": "1"}, Ignore: []string{"Custom::Ignored"}}
	for _, f := range templates.Files(files) {
		fmt.Fprintf(&got, "%s:%d: %s: %s: %s: %s\n", f.File, f.Line, f.Resource, f.Member, f.Effect, f.Message)
	}
	if *update {
		archive.Files[last].Data = []byte(got.String())
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(archive.Files[last].Data); got.String() != want {
		t.Errorf("found\n%s\nwant\n%s", &got, want)
	}
	for _, f := range files {
		if !strings.Contains(got.String(), f.Name+":") {
			t.Errorf("nothing is found in %s", f.Name)
		}
	}
}
