package cloudformation

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// valuesOf are the values that a request gives parameters, or that they keep (CFN-55). The template tells of those that it has not.
// Sources of the refusals are public reports.
func valuesOf(parameters []types.Parameter, t *template.Template, before []cfn.Parameter) (map[string]string, error) {
	values := map[string]string{}
	for _, p := range parameters {
		key := aws.ToString(p.ParameterKey)
		if !aws.ToBool(p.UsePreviousValue) {
			if p.ParameterValue == nil {
				return nil, invalid("Invalid input for parameter key %s. Need to specify either usePreviousValue as true or a value for the parameter", key)
			}
			values[key] = *p.ParameterValue
			continue
		}
		if aws.ToString(p.ParameterValue) != "" {
			return nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true and non empty value for a parameter", key)
		}
		i := slices.IndexFunc(before, func(old cfn.Parameter) bool { return old.Key == key })
		if i < 0 {
			return nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a parameter key not in the previous template", key)
		}
		if declared(t, key) { // one that the new template lacks is told of by it
			values[key] = before[i].Value
		} else {
			values[key] = ""
		}
	}
	return values, nil
}

func declared(t *template.Template, key string) bool {
	return slices.ContainsFunc(t.Parameters, func(p *template.Parameter) bool { return p.Name == key })
}

// readTags reads the tags of a request. Other services have these texts; here they are guesses.
func readTags(tags []types.Tag) ([]cfn.Tag, error) {
	list := make([]cfn.Tag, 0, len(tags))
	for _, t := range tags {
		key := aws.ToString(t.Key)
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return nil, invalid("aws: prefixed tag key names are not allowed for external use.")
		}
		if slices.ContainsFunc(list, func(had cfn.Tag) bool { return had.Key == key }) {
			return nil, invalid("Duplicate tag keys found: %s", key)
		}
		list = append(list, cfn.Tag{Key: key, Value: aws.ToString(t.Value)})
	}
	return list, nil
}
