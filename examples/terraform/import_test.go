package terraform

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// importsFile is the configuration that imports what a project has forgotten.
const importsFile = "imports_of_test.tf"

// state is what the tests read of Terraform's state.
type state struct {
	Resources []struct {
		Module, Mode, Type, Name string
		Instances                []struct {
			Index      any `json:"index_key"`
			Attributes map[string]any
		}
	}
}

// forgetSome forgets some resources of a module, or of the root module, and has the next apply import them by one of
// their attributes, or by what has a slash or a colon and is the id itself. It returns how many they are.
func (p *project) forgetSome(module string, resources map[string]string) int {
	p.Helper()
	args, blocks := []string{"state", "rm"}, ""
	for _, r := range p.stateIn("terraform.tfstate").Resources {
		for _, i := range r.Instances {
			address := r.Type + "." + r.Name
			switch index := i.Index.(type) {
			case string:
				address += fmt.Sprintf("[%q]", index)
			case float64:
				address += fmt.Sprintf("[%v]", index)
			}
			if attribute, named := resources[address]; named && r.Module == module && r.Mode == "managed" {
				address = strings.TrimPrefix(module+"."+address, ".")
				args = append(args, address)
				id := i.Attributes[attribute]
				if strings.ContainsAny(attribute, "/:") {
					id = attribute
				}
				blocks += fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, id)
			}
		}
	}
	if n := strings.Count(blocks, "import {"); n != len(resources) {
		p.Fatalf("the state has %d of %d resources", n, len(resources))
	}
	if code, text := p.run(args...); code != 0 {
		p.Fatalf("terraform state rm: exit status %d:\n%s", code, text)
	}
	if err := os.WriteFile(filepath.Join(p.dir, importsFile), []byte(blocks), 0o600); err != nil {
		p.Fatal(err)
	}
	return len(resources)
}

// stateIn reads a file with Terraform's state.
func (p *project) stateIn(file string) (known state) {
	p.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, file))
	if err == nil {
		err = json.Unmarshal(text, &known)
	}
	if err != nil {
		p.Fatal(err)
	}
	return known
}

// imported ends what forgetSome has begun.
func (p *project) imported() {
	p.Helper()
	if err := os.Remove(filepath.Join(p.dir, importsFile)); err != nil {
		p.Fatal(err)
	}
}
