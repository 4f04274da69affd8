package intrinsic

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"

// someBooleans is the form of Fn::And and Fn::Or.
func someBooleans(name string) func(*document.Value) ([]*document.Value, error) {
	return func(v *document.Value) ([]*document.Value, error) {
		if v.Kind != document.List || len(v.Items) < 2 || len(v.Items) > 10 || !allBooleans(v.Items) {
			return nil, document.Errorf(v.At, "every %s object requires a list of at least 2 and at most 10 boolean parameters.", name)
		}
		return v.Items, nil
	}
}

// notArguments is one condition. The text is known by public reports.
func notArguments(v *document.Value) ([]*document.Value, error) {
	if v.Kind != document.List || len(v.Items) != 1 || !allBooleans(v.Items) {
		return nil, document.Errorf(v.At, "every Fn::Not object requires one boolean parameter.")
	}
	return v.Items, nil
}

// allBooleans is whether all are functions of conditions. A literal is none, also true.
func allBooleans(items []*document.Value) bool {
	for _, item := range items {
		if !IsCondition(item) {
			return false
		}
	}
	return true
}

// IsCondition is whether a value that is not compiled yet is a function that is true or false.
func IsCondition(v *document.Value) bool {
	switch name, _, _ := v.Function(); name {
	case "Condition", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Fn::If", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn":
		return true
	default:
		return false
	}
}

// IsBoolean is whether a value that is not compiled yet is a function that is true or false and nothing else.
func IsBoolean(v *document.Value) bool {
	name, _, is := v.Function()
	return is && name != "Fn::If" && IsCondition(v)
}

func equalsError(at document.Position) error {
	return document.Errorf(at, "every Fn::Equals object requires a list of 2 string parameters.")
}

func equalsArguments(v *document.Value) ([]*document.Value, error) {
	if v.Kind != document.List || len(v.Items) != 2 || !v.Items[0].MaybeText() || !v.Items[1].MaybeText() {
		return nil, equalsError(v.At)
	}
	return v.Items, nil
}

func conditionArguments(v *document.Value) ([]*document.Value, error) {
	if !v.Scalar() {
		return nil, document.Formatf(v.At, "Every Condition member must be a string.")
	}
	return []*document.Value{v}, nil
}

// ifArguments are the name of a condition and two values. The texts are known by public reports.
func ifArguments(v *document.Value) ([]*document.Value, error) {
	if v.Kind != document.List || len(v.Items) == 0 || !v.Items[0].Scalar() {
		return nil, document.Errorf(v.At, "Fn::If requires a list argument with the first element being a condition")
	}
	if len(v.Items) != 3 {
		return nil, document.Errorf(v.At, "Fn::If requires a list argument with three elements")
	}
	return v.Items, nil
}

func and(_ document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	for _, v := range arguments {
		if !v.IsTrue() {
			return document.NewBool(false), nil
		}
	}
	return document.NewBool(true), nil
}

func or(_ document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	for _, v := range arguments {
		if v.IsTrue() {
			return document.NewBool(true), nil
		}
	}
	return document.NewBool(false), nil
}

func not(_ document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	return document.NewBool(!arguments[0].IsTrue()), nil
}

func equals(at document.Position, arguments []*document.Value, _ *Budget) (*document.Value, error) {
	if !arguments[0].Scalar() || !arguments[1].Scalar() {
		return nil, equalsError(at)
	}
	return document.NewBool(arguments[0].Text == arguments[1].Text), nil
}
