// Package template reads CloudFormation's templates and says what they ask for. It knows no clock, no store and no service:
// what it needs from outside, such as exports, it asks of an Environment. There are three steps:
//
//	t, err := template.Parse(text)   // what is wrong in the text by itself
//	stack, err := t.Resolve(input)   // parameters, rules, conditions, loops; which resources there are, and their order
//	properties, shown, err := r.Fill(attributes)   // of one resource, once those that it refers to are made
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

// MaxObject is how many bytes a template may have in S3. AWS's quotas say 1 MB, and public reports of AWS's refusal have this number.
const MaxObject = 1_000_000

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
	if err := checkDynamicReferenceCount(root); err != nil {
		return nil, err
	}
	t := &Template{root: root, Metadata: root.Get("Metadata"), Description: root.TextOf("Description")}
	if t.Transforms, err = readTransforms(root.Get("Transform")); err != nil {
		return nil, err
	}
	if err := checkSections(root); err != nil {
		return nil, err
	}
	if t.Parameters, err = readParameters(root.Get("Parameters")); err != nil {
		return nil, err
	}
	if t.mappings, err = readMappings(root.Get("Mappings")); err != nil {
		return nil, err
	}
	if resources := root.Get("Resources"); resources == nil || len(resources.Members) == 0 { // CFN-79
		return nil, document.Formatf(root.At, "At least one Resources member must be defined.")
	}
	if !t.extended() {
		t.body, err = t.compile(root)
	}
	return t, err
}

// extended is whether the template has loops and the functions of AWS::LanguageExtensions.
func (t *Template) extended() bool {
	return slices.Contains(t.Transforms, intrinsic.LanguageExtensions)
}

func (t *Template) parameter(name string) *Parameter {
	for _, p := range t.Parameters {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// checkSections checks what the sections are, and those that are texts.
func checkSections(root *document.Value) error {
	var unknown []string
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
