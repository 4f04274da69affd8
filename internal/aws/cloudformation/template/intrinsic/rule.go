package intrinsic

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func contains(at document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	list, ok := arguments[0].Texts()
	if !ok || !arguments[1].Scalar() {
		return nil, document.Errorf(at, "every Fn::Contains object requires a list of strings and a string.") // a guess
	}
	return document.NewBool(slices.Contains(list, arguments[1].Text)), nil
}

func eachMemberEquals(at document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	list, ok := arguments[0].Texts()
	if !ok || !arguments[1].Scalar() {
		return nil, document.Errorf(at, "every Fn::EachMemberEquals object requires a list of strings and a string.") // a guess
	}
	return document.NewBool(!slices.ContainsFunc(list, func(s string) bool { return s != arguments[1].Text })), nil
}

func eachMemberIn(at document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	list, ok := arguments[0].Texts()
	in, also := arguments[1].Texts()
	if !ok || !also {
		return nil, document.Errorf(at, "every Fn::EachMemberIn object requires two lists of strings.") // a guess
	}
	return document.NewBool(!slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(in, s) })), nil
}
