// Package intrinsic has the intrinsic functions of templates: their form, in which a Compiler finds calls of them, and what they
// make of arguments that are known. Those that ask parameters, resources or the account are left to the caller.
package intrinsic

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Block is a section whose values have functions.
type Block string

// The sections with functions.
const (
	Conditions Block = "Conditions"
	Rules      Block = "Rules"
	Resources  Block = "Resources"
	Outputs    Block = "Outputs"
)

// Compiler makes calls of the functions in a block, whose form it checks.
type Compiler struct {
	Block    Block
	Extended bool // by AWS::LanguageExtensions
}

// Value makes a call of each function in a value.
func (c Compiler) Value(v *document.Value) (*document.Value, error) {
	switch v.Kind {
	case document.List:
		return v.Each(c.Value)
	case document.Map:
		name, argument, is := v.Function()
		if is || name == "Condition" && c.boolean() {
			return c.call(v.At, name, argument)
		}
		return v.Each(c.Value)
	default:
		return v, nil
	}
}

// boolean is whether conditions are written here, so that Condition is a function.
func (c Compiler) boolean() bool { return c.Block == Conditions || c.Block == Rules }

func (c Compiler) call(at document.Position, name string, argument *document.Value) (*document.Value, error) {
	f, known := functions[name]
	switch {
	case !known || f.extension && !c.Extended:
		return nil, document.Errorf(at, "Encountered unsupported function: %s Supported functions are: [%s]", name, supported)
	case len(f.blocks) > 0 && !slices.Contains(f.blocks, c.Block): // by public reports of Rules
		return nil, document.Formatf(at, "Following functions are not supported in the %s block of the template: [%s]", c.Block, name)
	}
	if name == "Fn::FindInMap" && len(argument.Items) > 3 && !c.Extended {
		return nil, mappingError(at)
	}
	if name == "Fn::Sub" {
		call, err := subCall(at, argument)
		if err != nil {
			return nil, err
		}
		return call.Each(c.Value)
	}
	arguments, err := f.arguments(argument)
	if err != nil {
		return nil, err
	}
	return (&document.Value{Kind: document.Call, Text: name, Items: arguments, At: at}).Each(c.Value)
}

// Condition makes calls in a function that is true or false.
func (c Compiler) Condition(v *document.Value) (*document.Value, error) {
	if !IsCondition(v) { // by public reports
		return nil, document.Formatf(v.At, "Conditions can only be boolean operations on parameters and other conditions")
	}
	return c.Value(v)
}
