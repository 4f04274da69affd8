package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// Parameters are what a file of parameters says.
type Parameters struct {
	Values []types.Parameter
	Tags   []types.Tag
}

// errForm says which forms files of parameters have.
var errForm = errors.New(`parameters are a list of {"ParameterKey": …, "ParameterValue": …}, a list of "Key=Value", or {"Parameters": {"Key": "Value"}, "Tags": {…}}`)

// ReadParameters reads a file in one of the forms in which the AWS CLI takes parameters: the list of create-stack --parameters,
// and those that deploy --parameter-overrides takes, "Key=Value" and the template configuration of CodePipeline.
// Source: AWS CLI command reference, cloudformation deploy.
func ReadParameters(file []byte) (Parameters, error) {
	var list []json.RawMessage
	if json.Unmarshal(file, &list) == nil {
		return readList(list)
	}
	var configuration map[string]map[string]string
	if err := json.Unmarshal(file, &configuration); err != nil {
		return Parameters{}, fmt.Errorf("%w: %w", errForm, err)
	}
	if configuration["Parameters"] == nil {
		return Parameters{}, errForm
	}
	read := Parameters{Values: valuesOf(configuration["Parameters"])}
	for _, key := range slices.Sorted(maps.Keys(configuration["Tags"])) {
		value := configuration["Tags"][key]
		read.Tags = append(read.Tags, types.Tag{Key: &key, Value: &value})
	}
	for member := range configuration {
		if member != "Parameters" && member != "Tags" {
			return Parameters{}, fmt.Errorf("%w: not %s", errForm, member)
		}
	}
	return read, nil
}

func readList(list []json.RawMessage) (read Parameters, err error) {
	for _, each := range list {
		var p struct {
			ParameterKey, ParameterValue, ResolvedValue *string
			UsePreviousValue                            *bool
		}
		var pair string
		if json.Unmarshal(each, &pair) == nil {
			key, value, is := strings.Cut(pair, "=")
			if !is {
				return Parameters{}, fmt.Errorf("%w: %q has no =", errForm, pair)
			}
			p.ParameterKey, p.ParameterValue = &key, &value
		} else if err := strictly(each, &p); err != nil {
			return Parameters{}, fmt.Errorf("%w: %w", errForm, err)
		}
		if p.ParameterKey == nil {
			return Parameters{}, fmt.Errorf("%w: %s has no ParameterKey", errForm, each)
		}
		read.Values = append(read.Values, types.Parameter{
			ParameterKey: p.ParameterKey, ParameterValue: p.ParameterValue, ResolvedValue: p.ResolvedValue, UsePreviousValue: p.UsePreviousValue,
		})
	}
	return read, nil
}

// strictly reads an object that has no other members, which may be misspelt.
func strictly(object []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
