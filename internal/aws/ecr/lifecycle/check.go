package lifecycle

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// checkPolicy checks a policy by its schema, and tells the first thing that is wrong, as AWS does (ECR-17). Its words are
// of the validator of JSON schemas that AWS was seen to use.
func checkPolicy(root any) error {
	policy, err := object(root, []string{"rules"}, nil)
	if err != nil {
		return err
	}
	rules, ok := policy["rules"].([]any)
	if !ok {
		return mistyped(policy["rules"], "array")
	}
	if len(rules) == 0 {
		return errors.New("array is too short: must have at least 1 elements but instance has 0 elements")
	}
	for _, r := range rules {
		if err := checkRule(r); err != nil {
			return err
		}
	}
	return nil
}

func checkRule(value any) error {
	rule, err := object(value, []string{"action", "rulePriority", "selection"}, []string{"description"})
	if err != nil {
		return err
	}
	if err := number(rule["rulePriority"]); err != nil {
		return err
	}
	if description, there := rule["description"]; there {
		if _, ok := description.(string); !ok {
			return mistyped(description, "string")
		}
	}
	if err := checkSelection(rule["selection"]); err != nil {
		return err
	}
	action, err := object(rule["action"], []string{"type"}, []string{"targetStorageClass"})
	if err != nil {
		return err
	}
	if class, there := action["targetStorageClass"]; there {
		return archive("targetStorageClass", class)
	}
	return enum("type", action["type"], []string{"expire"}, []string{"transition"})
}

func checkSelection(value any) error {
	s, err := object(value, []string{"countNumber", "countType", "tagStatus"}, []string{"countUnit", "storageClass", "tagPatternList", "tagPrefixList"})
	if err != nil {
		return err
	}
	if err := enum("tagStatus", s["tagStatus"], []string{Any, Tagged, Untagged}, nil); err != nil {
		return err
	}
	if err := enum("countType", s["countType"], []string{moreThan, sincePushed}, []string{"sinceImagePulled", "sinceImageTransitioned"}); err != nil {
		return err
	}
	if class, there := s["storageClass"]; there {
		if err := enum("storageClass", class, []string{"standard"}, []string{"archive"}); err != nil {
			return err
		}
	}
	if err := number(s["countNumber"]); err != nil {
		return err
	}
	return cmp.Or(checkUnit(s), checkLists(s))
}

// checkUnit checks the unit of a number of days. The words are the emulator's.
func checkUnit(s map[string]any) error {
	unit, there := s["countUnit"]
	switch days := s["countType"] == sincePushed; {
	case days && !there:
		return missing("countUnit")
	case days:
		return enum("countUnit", unit, []string{"days"}, nil)
	case there:
		return errors.New("countUnit is for the countType sinceImagePushed alone")
	}
	return nil
}

// mostWildcards is how many * a pattern has. Source: ECR user guide, lifecycle policy properties.
const mostWildcards = 4

// checkLists checks which tags images have. The words are the emulator's.
func checkLists(s map[string]any) error {
	prefixes, hasPrefixes := s["tagPrefixList"]
	patterns, hasPatterns := s["tagPatternList"]
	switch {
	case s["tagStatus"] != Tagged && (hasPrefixes || hasPatterns):
		return errors.New("tagPrefixList and tagPatternList are for the tagStatus tagged alone")
	case s["tagStatus"] == Tagged && hasPrefixes == hasPatterns:
		return errors.New("the tagStatus tagged demands either a tagPrefixList or a tagPatternList")
	case hasPrefixes:
		return texts(prefixes)
	case !hasPatterns:
		return nil
	}
	if err := texts(patterns); err != nil {
		return err
	}
	for _, p := range patterns.([]any) {
		if strings.Count(p.(string), "*") > mostWildcards {
			return errors.New("a pattern of tagPatternList has four wildcards at most")
		}
	}
	return nil
}

// texts checks a list of texts that are not empty.
func texts(value any) error {
	list, ok := value.([]any)
	if !ok {
		return mistyped(value, "array")
	}
	if len(list) == 0 {
		return errors.New("array is too short: must have at least 1 elements but instance has 0 elements")
	}
	for _, one := range list {
		text, ok := one.(string)
		if !ok {
			return mistyped(one, "string")
		}
		if text == "" {
			return errors.New(`string "" is too short (length: 0, required minimum: 1)`)
		}
	}
	return nil
}

// object checks that a value is an object with some members, and perhaps others, but no more.
func object(value any, required, optional []string) (map[string]any, error) {
	o, ok := value.(map[string]any)
	if !ok {
		return nil, mistyped(value, "object")
	}
	var unknown, lacking []string
	for name := range o {
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			unknown = append(unknown, name)
		}
	}
	for _, name := range required {
		if _, there := o[name]; !there {
			lacking = append(lacking, name)
		}
	}
	if lacking != nil {
		return nil, missing(lacking...)
	}
	if slices.Sort(unknown); unknown != nil {
		return nil, fmt.Errorf("object instance has properties which are not allowed by the schema: %s", list(unknown))
	}
	return o, nil
}

func missing(names ...string) error {
	return fmt.Errorf("object has missing required properties (%s)", list(names))
}

// number checks a whole number from 1 on.
func number(value any) error {
	n, ok := value.(float64)
	switch {
	case !ok:
		return mistyped(value, "integer")
	case n != math.Trunc(n):
		return errors.New(`instance type (number) does not match any allowed primitive type (allowed: ["integer"])`)
	case n < 1:
		return fmt.Errorf("numeric instance is lower than the required minimum (minimum: 1, found: %.0f)", n)
	case n > math.MaxInt32:
		return fmt.Errorf("numeric instance is greater than the required maximum (maximum: %d, found: %.0f)", math.MaxInt32, n)
	}
	return nil
}

// enum checks a text that has one of few values. Those that need the archive are an ArchiveError.
func enum(member string, value any, values, archived []string) error {
	text, ok := value.(string)
	switch {
	case !ok:
		return mistyped(value, "string")
	case slices.Contains(archived, text):
		return archive(member, text)
	case !slices.Contains(values, text):
		return fmt.Errorf("instance value (%s) not found in enum (possible values: %s)", list(text), list(values))
	}
	return nil
}

func archive(member string, value any) error { return &ArchiveError{member, fmt.Sprint(value)} }

func mistyped(value any, want string) error {
	kind := "null"
	switch v := value.(type) {
	case bool:
		kind = "boolean"
	case float64:
		if kind = "number"; v == math.Trunc(v) {
			kind = "integer"
		}
	case string:
		kind = "string"
	case []any:
		kind = "array"
	case map[string]any:
		kind = "object"
	}
	return fmt.Errorf(`instance type (%s) does not match any allowed primitive type (allowed: [%q])`, kind, want)
}

// list is how the validator shows texts.
func list(texts any) string {
	text, _ := json.Marshal(texts)
	return string(text)
}
