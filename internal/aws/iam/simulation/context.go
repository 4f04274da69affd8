package simulation

import (
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Context is what conditions and variables see.
type Context struct {
	keys    policy.Simulated
	entries map[string]bool // keys in lower case that the request has
}

func (c *Context) given(key string) bool { return c.entries[strings.ToLower(key)] }

// Keys reads the member ContextEntries. The simulator itself knows the caller, as far as it was recorded
// (simulation_defaults.json): without one aws:userid is a text that says so.
func Keys(caller policy.Principal, entries []types.ContextEntry) (Context, error) {
	c := Context{keys: policy.Simulated{
		"aws:principalaccount": policy.Is(caller.Account), "aws:userid": policy.Is("STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"),
	}, entries: map[string]bool{}}
	if caller.ARN != "" {
		c.keys["aws:userid"], c.keys["aws:principalarn"] = policy.Is(caller.ARN), policy.Is(caller.ARN)
		if kind, _, _ := entity(caller.ARN); kind == "user" {
			c.keys["aws:username"] = policy.Is(caller.ARN[strings.LastIndexByte(caller.ARN, '/')+1:])
		}
	}
	for i := range entries {
		if err := c.add(&entries[i]); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *Context) add(e *types.ContextEntry) error {
	name, kind := aws.ToString(e.ContextKeyName), string(e.ContextKeyType)
	scalar, many := strings.CutSuffix(kind, "List")
	key := strings.ToLower(name)
	switch {
	case name == "" && kind == "" && len(e.ContextKeyValues) == 0:
		return nil
	case name == "":
		return refuse("ContextKeyName cannot be null or empty.")
	case kind == "":
		return refuse("Context key %s has invalid type null.", name)
	case len(e.ContextKeyValues) == 0:
		return refuse("Context values for context key %s cannot be null or empty.", name)
	case !many && len(e.ContextKeyValues) > 1:
		return refuse("Context key %s expected a single value, but received %d.", kind, len(e.ContextKeyValues))
	case c.entries[key]:
		return refuse("Duplicate context key: %s.", name)
	}
	texts := make([]string, 0, len(e.ContextKeyValues))
	for _, value := range e.ContextKeyValues {
		text, expected := convert(scalar, value)
		if expected != "" {
			return refuse("Invalid context value for key %s: expected %s.", name, expected)
		}
		texts = append(texts, text)
	}
	c.entries[key], c.keys[key] = true, policy.Value{Texts: texts, Many: many}
	return nil
}

// convert is the text that conditions on texts see of a value; expected is what it is not (simulation_inputs.json).
func convert(kind, value string) (text, expected string) {
	switch types.ContextKeyTypeEnum(kind) {
	case types.ContextKeyTypeEnumNumeric:
		if text, ok := decimal(value); ok {
			return text, ""
		}
		return "", "numeric format"
	case types.ContextKeyTypeEnumDate:
		if date, ok := policy.Date(value); ok {
			return date.Format("2006-01-02T15:04:05.000Z"), ""
		}
		return "", "DateTime format"
	case types.ContextKeyTypeEnumIp:
		if !policy.IsAddress(value) {
			return "", "IP address"
		}
	case types.ContextKeyTypeEnumBinary:
		if _, err := base64.StdEncoding.Strict().DecodeString(value); err != nil || strings.ContainsAny(value, "\r\n") {
			return "", "base-64 encoded binary format"
		}
	}
	return value, ""
}
