// Package template reads CloudFormation's templates and says what they ask for. It knows no clock, no store and no service:
// what it needs from outside, such as exports, it asks of an Environment. There are three steps:
//
//	t, err := template.Parse(text)   // what is wrong in the text by itself
//	stack, err := t.Resolve(input)   // parameters, rules, conditions, loops; which resources there are, and their order
//	v, err := template.Fill(r.Properties, attributes)   // of one resource, once those that it refers to are made
//
// Errors are AWS's words, with the place in the text. Facts have the numbers CFN-…; a comment says of a text that it is a
// guess, or that public reports alone have it.
package template

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// MaxBody is how many bytes a template may have in a request (CFN-13), which the API's model checks.
const MaxBody = 51_200

// Template is a template without mistakes of form. It does not change, so many may use it at once.
type Template struct {
	Description string
	Metadata    *document.Value // nil without one
	Transforms  []string
	Parameters  []*Parameter

	root     *document.Value
	mappings intrinsic.Mappings
	body     *body // nil with AWS::LanguageExtensions, whose loops need the values of parameters
}

// sections are the members that a template may have.
var sections = []string{
	"AWSTemplateFormatVersion", "Description", "Metadata", "Transform", "Parameters", "Mappings", "Rules", "Conditions",
	"Resources", "Outputs",
}

// Parse reads a template, JSON or YAML, and checks all that does not depend on its parameters. The error is an *document.Error.
func Parse(text string) (*Template, error) {
	root, err := document.Read(text)
	if err != nil {
		return nil, err
	}
	if err := checkMacros(root); err != nil {
		return nil, err
	}
	if err := checkNulls(root); err != nil {
		return nil, err
	}
	t := &Template{root: root, Metadata: root.Get("Metadata"), Description: root.TextOf("Description")}
	for _, part := range []func() error{t.readTransforms, t.checkSections, t.readParameters, t.readMappings, t.checkResources} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	if !t.extended() {
		t.body, err = t.compile(root)
	}
	return t, err
}

// checkSections checks what the sections are, and those that are texts.
func (t *Template) checkSections() error {
	root, unknown := t.root, []string(nil)
	for _, m := range root.Members {
		switch {
		case m.Name == "Hooks":
			return document.NotBuilt(m.At, "The section Hooks of templates")
		case !slices.Contains(sections, m.Name):
			unknown = append(unknown, m.Name)
		}
	}
	if len(unknown) > 0 {
		return document.Plainf(root.At, "Invalid template property or properties [%s]", strings.Join(unknown, ", "))
	}
	if v := root.Get("AWSTemplateFormatVersion"); v != nil && (!v.Scalar() || v.Text != "2010-09-09") {
		return document.Formatf(v.At, "%s is not a supported value for AWSTemplateFormatVersion.", v.Text)
	}
	if v := root.Get("Description"); v != nil && !v.Scalar() {
		return document.Formatf(v.At, "Every Description member must be a string.")
	} else if v != nil && len(v.Text) > 1024 {
		return document.Formatf(v.At, "'Description' length is greater than 1024.")
	}
	for _, name := range []string{"Metadata", "Parameters", "Mappings", "Rules", "Conditions", "Resources", "Outputs"} {
		if v := root.Get(name); v != nil && v.Kind != document.Map {
			return document.Formatf(v.At, "[/%s] Every %s member must be an object.", name, name)
		}
	}
	return nil
}

// checkResources checks that there are some (CFN-79).
func (t *Template) checkResources() error {
	resources := t.root.Get("Resources")
	if resources == nil || len(resources.Members) == 0 {
		return document.Formatf(t.root.At, "At least one Resources member must be defined.")
	}
	return nil
}

// checkCount checks how many members a section has. Source: CloudFormation's quotas.
func checkCount(section *document.Value, what string, most int) error {
	if n := len(section.Members); n > most {
		return document.Formatf(section.At, "Number of %s, %d, is greater than maximum allowed, %d", what, n, most)
	}
	return nil
}
