package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTable: each type and each of its properties has a line, and what the table has no use for is left out.
func TestTable(t *testing.T) {
	folder := t.TempDir()
	from, to := filepath.Join(folder, "model.json"), filepath.Join(folder, "types.json")
	model := `{"source": "S", "schemas_packaged": "2026-05-20", "types": {"AWS::X::Y": {
		"primaryIdentifier": ["Id"], "attributes": {"Id": "string"}, "createOnlyNested": ["A/B"], "replacementStrategy": "delete_then_create",
		"tags": {"taggable": true, "property": "Tags"},
		"properties": {
			"B": {"type": "string", "createOnly": true, "enum": ["x"], "default": "x"},
			"A": {"type": "list of object", "required": true, "members": {"C": {"type": "integer", "conditionalCreateOnly": true}}}}}}}`
	if err := os.WriteFile(from, []byte(model), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(from, to); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"source":"S",
"date":"2026-05-20",
"types":{
"AWS::X::Y":{"id":["Id"],"tags":"Tags","replace":"delete_then_create","createOnly":["A/B"],"attributes":{"Id":"string"},"properties":{
 "A":["list of object,required",{"C":"integer,conditional"}],
 "B":"string,createOnly"}}}}
`
	if string(got) != want {
		t.Errorf("the table is\n%s\nwant\n%s", got, want)
	}
}

func TestNoModel(t *testing.T) {
	if err := run(filepath.Join(t.TempDir(), "none.json"), filepath.Join(t.TempDir(), "types.json")); err == nil {
		t.Error("a missing model is no error")
	}
}
