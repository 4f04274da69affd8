package check

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Limits of files. No request has more than a megabyte; plans of Terraform have.
const (
	MaxBytes     = 64 << 20
	maxYAMLBytes = 4 << 20
)

// read makes requests of a file.
func (c *checker) read(f File) {
	n, again, err := f.node(c)
	if err != nil {
		c.unreadable(f.Name, 0, err)
		return
	}
	for _, d := range again {
		c.twice(Finding{File: f.Name, Line: d.line, Member: d.name})
	}
	if ofTerraform(n) {
		c.terraform(f.Name, n)
		return
	}
	if n.kind == object && n.member("terraform_version") != nil {
		c.unreadable(f.Name, 0, errors.New("this is a file of Terraform's own: give what `terraform show -json` prints of it"))
		return
	}
	if n.kind == list {
		if len(n.items) == 0 {
			c.unreadable(f.Name, n.line, errors.New("the list has nothing in it"))
		}
		for _, item := range n.items {
			c.readInput(f.Name, item)
		}
		return
	}
	c.readInput(f.Name, n)
}

func (c *checker) twice(f Finding) {
	f.Effect, f.Message = NoEffect, "the structure has this member once more; the last one counts"
	c.findings = append(c.findings, f)
}

func (c *checker) unreadable(file string, line int, err error) {
	var on *lineError
	if errors.As(err, &on) {
		line, err = on.line, on.err
	}
	c.findings = append(c.findings, Finding{File: file, Line: line, Effect: Unreadable, Message: err.Error()})
}

// terraformSource is the end of the names of files that users write for Terraform and OpenTofu.
var terraformSource = lazyregexp.New(`(?i)\.(tf|tofu|tfvars)(\.json)?$`)

// node reads a file that is JSON or YAML.
func (f File) node(c *checker) (*node, []duplicate, error) {
	data := f.Text
	switch {
	case f.Err != nil:
		return nil, nil, f.Err
	case len(data) > MaxBytes:
		return nil, nil, fmt.Errorf("the file has more than %d MiB", MaxBytes>>20)
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return nil, nil, errors.New("the file is UTF-16: save it as UTF-8")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil, nil, errors.New("the file is a ZIP archive; of a plan of Terraform, give what `terraform show -json` prints")
	case terraformSource.MatchString(f.Name):
		return nil, nil, errors.New("the file is a configuration of Terraform, which check does not read: give what `terraform show -json` prints of its plan (terraform plan -out FILE)")
	case bytes.IndexByte(data, 0) >= 0, !utf8.Valid(data):
		return nil, nil, errors.New("the file is no text in UTF-8")
	}
	if rest, marked := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); marked {
		data = rest
		c.findings = append(c.findings, Finding{
			File: f.Name, Line: 1, Effect: Refused, Message: "the file begins with a byte order mark, with which the AWS CLI takes it for no JSON: save it as UTF-8 without one",
		})
	}
	first := bytes.TrimLeft(data, " \t\r\n")
	if len(first) == 0 {
		return nil, nil, errors.New("the file is empty")
	}
	ext := strings.ToLower(filepath.Ext(f.Name))
	if ext == ".yaml" || ext == ".yml" || ext != ".json" && first[0] != '{' && first[0] != '[' {
		if len(data) > maxYAMLBytes {
			return nil, nil, fmt.Errorf("the file has more than %d MiB of YAML", maxYAMLBytes>>20)
		}
		return readYAML(data)
	}
	return readJSON(data)
}

// wrappers are members in which Describe operations answer what can be made again.
var wrappers = []string{"taskDefinition", "daemonTaskDefinition", "services", "clusters"}

// readInput makes a request of a value: the input of an operation, or what describes a resource.
func (c *checker) readInput(file string, n *node) {
	if n.kind != object {
		c.unreadable(file, n.line, errors.New("there is no JSON object here, as the input of an operation is"))
		return
	}
	for _, wrapper := range wrappers {
		switch inner := n.member(wrapper); {
		case inner == nil || c.options.Operation != "":
		case strings.HasSuffix(strings.ToLower(wrapper), "taskdefinition") && inner.kind == object:
			c.readInput(file, inner)
			return
		case inner.kind == list && slices.ContainsFunc(inner.items, func(each *node) bool { return each.kind == object }):
			for _, item := range inner.items {
				c.readInput(file, item)
			}
			return
		}
	}
	name, err := c.operationOf(n)
	if err != nil {
		c.unreadable(file, n.line, err)
		return
	}
	c.described(name, n)
	if name == "CreateService" && n.member("serviceName") == nil { // as --init does
		base, _, _ := strings.Cut(filepath.Base(file), ".")
		n.put("serviceName", n.line, &node{kind: text, line: n.line, text: base})
	}
	c.requests = append(c.requests, &request{file: file, operation: name, input: n})
}
