package template

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/allowedpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// ParameterValue is what a parameter has in a stack.
type ParameterValue struct {
	*Parameter
	// Value is what was given, or the default.
	Value string
	// Resolved is the value of the parameter of SSM that Value names, for types AWS::SSM::Parameter::Value (CFN0012; CFN-46).
	Resolved string
}

// Shown is the value, and of types AWS::SSM::Parameter::Value what it came to, as DescribeStacks has them.
func (p *ParameterValue) Shown() (value, resolved string) {
	switch {
	case !p.NoEcho:
		return p.Value, p.Resolved
	case p.kind.stored:
		return mask, mask
	default:
		return mask, ""
	}
}

// value is what Ref is.
func (p *ParameterValue) value() *document.Value {
	if p.kind.stored {
		return p.kind.value(p.Resolved)
	}
	return p.kind.value(p.Value)
}

// shown is what Ref is where values are shown. A list that is masked has one item (CFN-76).
func (p *ParameterValue) shown() *document.Value {
	if p.NoEcho {
		return p.kind.value(mask)
	}
	return p.value()
}

// parameterValues checks the values of all parameters.
func (t *Template) parameterValues(input Input) ([]*ParameterValue, error) {
	var list []*ParameterValue
	unknown := maps.Clone(input.Parameters)
	var missing []string
	for _, p := range t.Parameters {
		value, given := input.Parameters[p.Name]
		delete(unknown, p.Name)
		switch {
		case input.Open && p.isOpen(input.Parameters):
			continue
		case given:
		case p.HasDefault:
			value = p.Default
		case p.kind.stored:
			return nil, document.Plainf(p.At, "Parameter %s should either have input value or default value", p.Name)
		default:
			missing = append(missing, p.Name)
		}
		list = append(list, &ParameterValue{Parameter: p, Value: value})
	}
	if len(unknown) > 0 {
		names := slices.Sorted(maps.Keys(unknown))
		return nil, document.Plainf(document.Position{}, "Parameters: [%s] do not exist in the template", strings.Join(names, ", "))
	}
	if len(missing) > 0 {
		return nil, document.Plainf(document.Position{}, "Parameters: [%s] must have values", strings.Join(missing, ", "))
	}
	steps := allowedpattern.NewSteps()
	for _, p := range list {
		if err := p.check(p.Value, steps); err != nil {
			return nil, err
		}
	}
	for _, p := range list {
		if err := p.resolve(input.Environment); err != nil {
			return nil, err
		}
	}
	return list, checkIDs(list, input.Environment)
}

// WithoutValue are the names of the parameters that Input.Open leaves open.
func (t *Template) WithoutValue(given map[string]string) (names []string) {
	for _, p := range t.Parameters {
		if p.isOpen(given) {
			names = append(names, p.Name)
		}
	}
	return names
}

func (p *Parameter) isOpen(given map[string]string) bool {
	_, has := given[p.Name]
	return p.kind.stored || !has && !p.HasDefault
}

// check holds a value against the constraints. ConstraintDescription stands for every text, except where a number is wanted.
func (p *Parameter) check(value string, steps *allowedpattern.Steps) error {
	items := []string{value}
	if p.kind.list {
		items, _ = p.kind.value(value).Texts()
	}
	for _, item := range items {
		if _, ok := number(item); p.kind.number && !ok && !p.kind.stored {
			return document.Plainf(p.At, "Parameter '%s' must be a number.", p.Name)
		}
	}
	broken := p.brokenLength(value)
	for _, item := range items {
		if broken == "" {
			broken = p.broken(item, steps)
		}
	}
	switch {
	case broken == "":
		return nil
	case p.ConstraintDescription != "":
		return document.Plainf(p.At, "Parameter %s failed to satisfy constraint: %s", p.Name, p.ConstraintDescription)
	default:
		return document.Plainf(p.At, "Parameter '%s' %s", p.Name, broken)
	}
}

// maxParameter is how long a value may be. Source: CloudFormation's quotas.
const maxParameter = 4096

func (p *Parameter) brokenLength(value string) string {
	n := float64(utf8.RuneCountInString(value))
	switch {
	case p.minLength != nil && n < *p.minLength:
		return "must contain at least " + decimal(*p.minLength) + " characters"
	case p.maxLength != nil && n > *p.maxLength:
		return "must contain at most " + decimal(*p.maxLength) + " characters"
	case len(value) > maxParameter:
		return "must contain at most " + strconv.Itoa(maxParameter) + " characters"
	default:
		return ""
	}
}

// broken is which constraint a value, or an item of a list, breaks.
func (p *Parameter) broken(item string, steps *allowedpattern.Steps) string {
	n, _ := number(item)
	switch {
	case p.AllowedValues != nil && !slices.Contains(p.AllowedValues, item):
		return "must be one of AllowedValues"
	case p.pattern != nil && !p.pattern.Match(item, steps):
		return "must match pattern " + p.AllowedPattern
	case p.minNumber != nil && n < *p.minNumber:
		return "must be a number not less than " + decimal(*p.minNumber)
	case p.maxNumber != nil && n > *p.maxNumber:
		return "must be a number not greater than " + decimal(*p.maxNumber)
	default:
		return ""
	}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// resolve reads what SSM has. The text is known by public reports.
func (p *ParameterValue) resolve(environment Environment) error {
	if !p.kind.stored {
		return nil
	}
	value, found, err := environment.Parameter(p.Value)
	if err != nil {
		return err
	}
	if !found {
		name, _ := p.Shown()
		return document.Plainf(p.At, "Unable to fetch parameters [%s] from parameter store for this account.", name)
	}
	p.Resolved = value
	return nil
}

// maxMissing is how many values a refusal tells of: a choice.
const maxMissing = 100

// checkIDs checks that what values name exists, and tells of all that does not, by public reports.
func checkIDs(parameters []*ParameterValue, environment Environment) error {
	var missing []string
	var at document.Position
	for _, p := range parameters {
		if p.kind.id == "" {
			continue
		}
		named, _ := p.value().Texts()
		for _, id := range named {
			exists, err := environment.Exists(p.kind.id, id)
			if err != nil {
				return err
			}
			if exists {
				continue
			}
			if len(missing) == 0 {
				at = p.At
			}
			if p.NoEcho {
				id = mask
			}
			if len(missing) == maxMissing {
				break
			}
			missing = append(missing, fmt.Sprintf("parameter value %s for parameter name %s does not exist", id, p.Name))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return document.Plainf(at, "Parameter validation failed: %s", strings.Join(missing, ", "))
}
