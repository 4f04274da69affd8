// Package stacktemplate tells what would be refused of a template of CloudFormation, and what would have no effect, before a stack is
// made of it. It asks what the API asks: package template, the table of types, and package notbuilt.
package stacktemplate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/stacktypes"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/notbuilt"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
)

// Effect is what a finding is about.
type Effect uint8

// The effects.
const (
	Refused   Effect = iota
	NoEffect         // it is taken, and changes nothing
	Unchecked        // whether it would be refused depends on what is not known
)

// Finding is something about a template.
type Finding struct {
	Line               int
	Resource, Member   string // of a property its path, such as A.B; each may be empty
	Effect             Effect
	Operation          string // that refuses; empty: the stack fails, or nothing does
	Code, Text, Remedy string
}

// Result is what is found, and the stack that would be made; nil if none would.
type Result struct {
	Findings []Finding
	Stack    *template.Stack
	// Declared are the names of the parameters that the template has.
	Declared []string
}

// Is is whether a text is meant to be a template, by the members that no input of ECS has.
func Is(text string) bool {
	root, err := document.Read(text)
	if err != nil {
		return looksLike(text)
	}
	return root.Get("AWSTemplateFormatVersion") != nil || root.Get("Resources") != nil && root.Get("Resources").Kind == document.Map
}

// looksLike is of a text that is not well-formed.
func looksLike(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(line, " \t\"{")
		if strings.HasPrefix(line, "AWSTemplateFormatVersion") || strings.HasPrefix(line, "Resources:") || strings.HasPrefix(line, `Resources"`) {
			return true
		}
	}
	return false
}

// Check reads a template with values of the parameters that are given.
func Check(text string, given map[string]string, known stacktypes.Types) (result Result) {
	t, err := template.Parse(text)
	if err != nil {
		result.Findings = []Finding{ofError(err, "CreateStack")}
		return result
	}
	values := map[string]string{}
	for _, p := range t.Parameters {
		result.Declared = append(result.Declared, p.Name)
		if value, has := given[p.Name]; has {
			values[p.Name] = value
		}
	}
	if len(text) > template.MaxBody {
		result.add(Finding{
			Line: 1, Operation: "CreateStack", Code: "ValidationError",
			Text:   fmt.Sprintf("'templateBody' has %d bytes: Member must have length less than or equal to %d", len(text), template.MaxBody),
			Remedy: "TemplateURL takes more",
		})
	}
	if missing := t.WithoutValue(values); len(missing) > 0 && slices.Contains(t.Transforms, intrinsic.LanguageExtensions) {
		result.add(Finding{
			Effect: Unchecked, Text: "what " + intrinsic.LanguageExtensions + " makes of it depends on parameters without a value",
			Remedy: "give " + strings.Join(missing, ", ") + " by --parameter",
		})
		return result
	}
	stack, err := t.Resolve(template.Input{
		Parameters: values, Environment: anywhere{known}, MissingExports: true, Open: true,
		Pseudo: template.Pseudo{
			AccountID: "000000000000", Partition: "aws", Region: "us-east-1", StackName: "check", URLSuffix: "amazonaws.com",
			StackID: "arn:aws:cloudformation:us-east-1:000000000000:stack/check/00000000-0000-0000-0000-000000000000",
		},
	})
	if err != nil {
		result.add(ofError(err, "CreateStack"))
		return result
	}
	result.Stack = stack
	result.refused(known, stack)
	for _, r := range stack.Resources {
		if err := signal.Check(r.CreationPolicy); err != nil {
			f := ofError(err, "CreateStack")
			f.Resource = r.LogicalID
			result.add(f)
		}
		if !known.Ignored(r.Type) {
			result.properties(r)
		}
	}
	for _, r := range stack.Undecided {
		result.add(Finding{
			Line: r.At.Line, Resource: r.LogicalID, Effect: Unchecked,
			Text:   "whether the condition " + r.Condition + " holds depends on parameters without a value",
			Remedy: "give them by --parameter",
		})
	}
	return result
}

func (r *Result) add(f Finding) { r.Findings = append(r.Findings, f) }

// refused tells what no stack can have here.
func (r *Result) refused(known stacktypes.Types, stack *template.Stack) {
	for _, each := range notbuilt.In(known, stack) {
		f := Finding{Line: each.At.Line, Resource: each.LogicalID, Operation: "CreateStack", Code: "NotImplementedException", Text: "ecs-emulator does not implement " + each.What}
		switch each.Of {
		case notbuilt.UnknownType:
			f.Code, f.Text = "ValidationError", "Template format error: Unrecognized resource types: ["+each.Type+"]"
		case notbuilt.UnbuiltType:
			f.Remedy = "serve --ignore-type " + each.Type + " leaves them out"
		}
		r.add(f)
	}
}

// properties tells which of them AWS does not have, or wants, by its schemas, and which have no effect here.
func (r *Result) properties(of *template.Resource) {
	own, known := types.Find(of.Type), (*schema.Type)(nil)
	if known, _ = schema.Find(of.Type); own == nil || known == nil || of.Properties.Kind != document.Map {
		return
	}
	properties := known.Convert(of.Properties)
	for _, p := range known.Check(properties) {
		line := p.At.Line
		if line == 0 {
			line = of.At.Line
		}
		r.add(Finding{Line: line, Resource: of.LogicalID, Member: member(p.Path), Text: "Properties validation failed: " + p.String(), Remedy: "the stack fails"})
	}
	for _, p := range own.WithoutEffect(properties) {
		r.add(Finding{Line: p.At.Line, Resource: of.LogicalID, Member: p.Path, Effect: NoEffect})
	}
}

// member is the path that a schema has as #/A/0/B: A[0].B.
func member(path string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(strings.TrimPrefix(path, "#"), "/"), "/") {
		switch {
		case part != "" && strings.Trim(part, "0123456789") == "":
			b.WriteString("[" + part + "]")
		case b.Len() > 0:
			b.WriteString("." + part)
		default:
			b.WriteString(part)
		}
	}
	return b.String()
}

// ofError is what the API says of a template that it cannot take.
func ofError(err error, operation string) Finding {
	f := Finding{Operation: operation, Code: "ValidationError", Text: err.Error()}
	var wrong *document.Error
	if errors.As(err, &wrong) {
		f.Line = wrong.At.Line
		if wrong.NotBuilt {
			f.Code, f.Text = "NotImplementedException", "ecs-emulator does not implement "+strings.TrimSuffix(wrong.Message, " is not built")
		}
	}
	return f
}

// anywhere is an account in which all is there that a template names.
type anywhere struct{ stacktypes.Types }

func (anywhere) Parameter(string) (string, bool, error)     { return "", true, nil } // never asked: such parameters are open
func (anywhere) Exists(_, _ string) (bool, error)           { return true, nil }
func (anywhere) Export(string) (string, bool, error)        { return "", false, nil }
func (anywhere) All(string) ([]string, error)               { return nil, nil }
func (anywhere) Attribute(_, _, _ string) ([]string, error) { return nil, nil }
func (anywhere) Zones(region string) ([]string, error) {
	return []string{region + "a", region + "b", region + "c"}, nil
}
