// Package stackparameter reads values of parameters of templates, as users write them for the AWS CLI.
package stackparameter

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Values are by the names of parameters. The zero value can be added to.
type Values map[string]string

func (v *Values) set(name, value string) {
	if *v == nil {
		*v = Values{}
	}
	(*v)[name] = value
}

// Add adds a pair: Env=dev. The value may have further equal signs.
func (v *Values) Add(pair string) error {
	name, value, found := strings.Cut(pair, "=")
	if name = strings.TrimSpace(name); !found || name == "" {
		return fmt.Errorf("%q has no value: write name=value", pair)
	}
	v.set(name, value)
	return nil
}

// parameter is one of create-stack's.
type parameter struct {
	ParameterKey     *string
	ParameterValue   *string
	UsePreviousValue bool
}

// AddFile adds what a file has: a list as for --parameters of create-stack, with ParameterKey and ParameterValue, or as for
// --parameter-overrides of deploy, with texts like Env=dev, or an object with Parameters, as CodePipeline has them. Source: the AWS
// CLI's help of deploy.
func (v *Values) AddFile(text []byte) error {
	var pipeline struct {
		Parameters map[string]json.RawMessage
	}
	var list []json.RawMessage
	if json.Unmarshal(text, &list) != nil {
		if err := json.Unmarshal(text, &pipeline); err != nil || pipeline.Parameters == nil {
			return errors.New("the file has no JSON as for --parameters or --parameter-overrides of the AWS CLI")
		}
		for name, value := range pipeline.Parameters {
			text, err := scalar(value)
			if err != nil {
				return fmt.Errorf("parameter %s %w", name, err)
			}
			v.set(name, text)
		}
		return nil
	}
	for i, each := range list {
		if err := v.addItem(each); err != nil {
			return fmt.Errorf("item %d %w", i+1, err)
		}
	}
	return nil
}

func (v *Values) addItem(item json.RawMessage) error {
	var pair string
	if json.Unmarshal(item, &pair) == nil {
		return v.Add(pair)
	}
	var p parameter
	switch err := json.Unmarshal(item, &p); {
	case err != nil:
		return errors.New("is neither a text nor an object with ParameterKey and ParameterValue as texts")
	case p.ParameterKey == nil || *p.ParameterKey == "":
		return errors.New("has no ParameterKey")
	case p.UsePreviousValue && p.ParameterValue == nil: // which the stack has
		return nil
	case p.ParameterValue == nil:
		return errors.New("has no ParameterValue")
	}
	v.set(*p.ParameterKey, *p.ParameterValue)
	return nil
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
