package intrinsic

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// supported are the functions that AWS names. Source: public reports.
const supported = "Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, " +
	"Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, " +
	"Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr"

// LanguageExtensions is the transform that some functions need.
const LanguageExtensions = "AWS::LanguageExtensions"

// Transformf is of what AWS::LanguageExtensions finds.
func Transformf(at document.Position, format string, args ...any) error {
	return document.Plainf(at, "Transform "+LanguageExtensions+" failed with: "+format, args...)
}

// function is one that templates may call.
type function struct {
	// arguments checks the form of what a call has, and returns its arguments.
	arguments func(*document.Value) ([]*document.Value, error)
	// apply makes the value of arguments that are known. The evaluator of the caller has the functions without it.
	apply func(at document.Position, arguments []*document.Value, b *Budget) (*document.Value, error)
	// spine says that a list may be applied whose items are not known yet.
	spine     bool
	extension bool    // of AWS::LanguageExtensions
	blocks    []Block // where it may stand, everywhere if empty
}

var (
	booleans  = []Block{Conditions, Rules}
	rulesOnly = []Block{Rules}
	values    = []Block{Resources, Outputs}
	// noRules: rules have functions of their own alone. AWS has refused Fn::If (issue 921 of its roadmap), Condition (cfn-lint's
	// issue 3710) and Fn::Sub there.
	noRules = []Block{Conditions, Resources, Outputs}
)

var functions = map[string]function{
	"Ref":                  {arguments: refArguments},
	"Fn::GetAtt":           {arguments: attributeArguments, blocks: noRules},
	"Fn::ImportValue":      {arguments: one, blocks: values},
	"Fn::GetAZs":           {arguments: one, blocks: values},
	"Fn::FindInMap":        {arguments: mappingArguments, blocks: noRules},
	"Fn::If":               {arguments: ifArguments, blocks: noRules},
	"Condition":            {arguments: conditionArguments, blocks: []Block{Conditions}},
	"Fn::And":              {arguments: someBooleans("Fn::And"), apply: and, blocks: booleans},
	"Fn::Or":               {arguments: someBooleans("Fn::Or"), apply: or, blocks: booleans},
	"Fn::Not":              {arguments: notArguments, apply: not, blocks: booleans},
	"Fn::Equals":           {arguments: equalsArguments, apply: equals, blocks: booleans},
	"Fn::Contains":         {arguments: two("Fn::Contains"), apply: contains, blocks: rulesOnly},
	"Fn::EachMemberEquals": {arguments: two("Fn::EachMemberEquals"), apply: eachMemberEquals, blocks: rulesOnly},
	"Fn::EachMemberIn":     {arguments: two("Fn::EachMemberIn"), apply: eachMemberIn, blocks: rulesOnly},
	"Fn::RefAll":           {arguments: one, blocks: rulesOnly},
	"Fn::ValueOf":          {arguments: two("Fn::ValueOf"), blocks: rulesOnly},
	"Fn::ValueOfAll":       {arguments: two("Fn::ValueOfAll"), blocks: rulesOnly},
	"Fn::Sub":              {blocks: noRules}, // subCall, sub
	"Fn::Join":             {arguments: joinArguments, apply: join, blocks: noRules},
	"Fn::Split":            {arguments: splitArguments, apply: split, blocks: noRules},
	"Fn::Select":           {arguments: selectArguments, apply: selectItem, spine: true, blocks: noRules},
	"Fn::Base64":           {arguments: one, apply: base64Of, blocks: noRules},
	"Fn::Cidr":             {arguments: cidrArguments, apply: cidr, blocks: noRules},
	"Fn::Length":           {arguments: one, apply: length, spine: true, extension: true, blocks: noRules},
	"Fn::ToJsonString":     {arguments: one, apply: toJSONString, extension: true, blocks: noRules},
}

// one is the form of functions with one argument.
func one(v *document.Value) ([]*document.Value, error) { return []*document.Value{v}, nil }

// two is the form of functions of rules. The text is a guess.
func two(name string) func(*document.Value) ([]*document.Value, error) {
	return func(v *document.Value) ([]*document.Value, error) {
		if v.Kind != document.List || len(v.Items) != 2 {
			return nil, document.Errorf(v.At, "every %s object requires a list of 2 parameters.", name)
		}
		return v.Items, nil
	}
}

// Apply makes the value of a call whose arguments are known. It returns the call itself if they are not, and nil if it is a
// function that asks what only the caller knows.
func Apply(call *document.Value, b *Budget) (*document.Value, error) {
	f := functions[call.Text]
	switch {
	case call.Text == "Fn::Sub":
		return sub(call, b)
	case f.apply == nil:
		return nil, nil
	case f.ready(call.Items):
		return f.apply(call.At, call.Items, b)
	case call.Text == "Fn::Length":
		return nil, lengthError(call.At)
	default:
		return call, nil
	}
}

// ready is whether a function can be applied to the arguments.
func (f function) ready(arguments []*document.Value) bool {
	return !slices.ContainsFunc(arguments, func(v *document.Value) bool {
		return !v.Known() && (!f.spine || v.Kind != document.List)
	})
}
