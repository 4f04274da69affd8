// Package stackparameter reads values of parameters of stacks, as users write them for the AWS CLI.
package stackparameter

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

// File is what a file of parameters says. The zero value is a file without any.
type File struct {
	Parameters  []types.Parameter
	Tags        []types.Tag
	StackPolicy string // empty without one
}

// errForm says which forms files of parameters have.
var errForm = errors.New(`parameters are a list of {"ParameterKey": …, "ParameterValue": …}, a list of "Key=Value", or {"Parameters": {"Key": "Value"}, "Tags": {…}}`)

// Read reads a file in one of the forms in which the AWS CLI takes parameters: the list of create-stack --parameters,
// and those that deploy --parameter-overrides takes, "Key=Value" and the template configuration of CodePipeline.
// Source: AWS CLI command reference, cloudformation deploy; CodePipeline user guide, CloudFormation artifacts.
func Read(text []byte) (File, error) {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		return readList(list)
	}
	var configuration struct {
		Parameters  map[string]json.RawMessage
		Tags        map[string]string
		StackPolicy json.RawMessage
	}
	if err := strictly(text, &configuration); err != nil {
		return File{}, fmt.Errorf("%w: %w", errForm, err)
	}
	if configuration.Parameters == nil {
		return File{}, errForm
	}
	file := File{StackPolicy: string(configuration.StackPolicy)}
	for _, key := range slices.Sorted(maps.Keys(configuration.Parameters)) {
		value, err := scalar(configuration.Parameters[key])
		if err != nil {
			return File{}, fmt.Errorf("%w: %s %w", errForm, key, err)
		}
		file.Parameters = append(file.Parameters, types.Parameter{ParameterKey: &key, ParameterValue: &value})
	}
	for _, key := range slices.Sorted(maps.Keys(configuration.Tags)) {
		value := configuration.Tags[key]
		file.Tags = append(file.Tags, types.Tag{Key: &key, Value: &value})
	}
	return file, nil
}

func readList(list []json.RawMessage) (file File, err error) {
	for _, each := range list {
		var p struct {
			ParameterKey, ParameterValue, ResolvedValue *string
			UsePreviousValue                            *bool
		}
		var pair string
		if json.Unmarshal(each, &pair) == nil {
			key, value, is := strings.Cut(pair, "=")
			if !is {
				return File{}, fmt.Errorf("%w: %q has no =", errForm, pair)
			}
			p.ParameterKey, p.ParameterValue = &key, &value
		} else if err := strictly(each, &p); err != nil {
			return File{}, fmt.Errorf("%w: %w", errForm, err)
		}
		if p.ParameterKey == nil || *p.ParameterKey == "" {
			return File{}, fmt.Errorf("%w: %s has no ParameterKey", errForm, each)
		}
		file.Parameters = append(file.Parameters, types.Parameter{
			ParameterKey: p.ParameterKey, ParameterValue: p.ParameterValue, ResolvedValue: p.ResolvedValue, UsePreviousValue: p.UsePreviousValue,
		})
	}
	return file, nil
}

// strictly reads an object that has no other members, which may be misspelt.
func strictly(object []byte, into any) error {
	if err := json.Unmarshal(object, new(any)); err != nil { // a decoder does not look at what follows
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// scalar is the text of a value; lists are joined by commas, as CodePipeline does.
func scalar(value json.RawMessage) (string, error) {
	var text string
	var items []json.RawMessage
	switch {
	case json.Unmarshal(value, &text) == nil && string(value) != "null":
		return text, nil
	case json.Unmarshal(value, &items) == nil && items != nil:
		texts := make([]string, len(items))
		for i, item := range items {
			var err error
			if texts[i], err = scalar(item); err != nil {
				return "", err
			}
		}
		return strings.Join(texts, ","), nil
	case string(value) == "null" || value[0] == '{':
		return "", errors.New("is no text")
	}
	return string(value), nil // a number, true or false
}
