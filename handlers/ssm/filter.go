package ssm

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
)

// listed is a parameter in a list, with the version that is looked at.
type listed struct {
	found
	parameter *ssm.Parameter // nil: a public one
}

// Options of filters.
const (
	equals     = "Equals"
	beginsWith = "BeginsWith"
	contains   = "Contains"
	oneLevel   = "OneLevel"
	recursive  = "Recursive"
)

// filterKey is what lists can be filtered by.
type filterKey struct {
	name    string
	options []string // a filter that names none has the first; AWS lists them as they are shown
	value   func(l listed) string
}

func (k filterKey) fallback() string {
	if k.name == "Path" {
		return oneLevel
	}
	return equals
}

// Keys of filters. Source of what they and their options are: SSM API reference,
// ParameterStringFilter; of the texts that name them: recorded answers, for GetParametersByPath.
var (
	byType   = filterKey{"Type", []string{beginsWith, equals}, func(l listed) string { return string(l.version.Type) }}
	byKeyID  = filterKey{"KeyId", []string{beginsWith, equals}, func(l listed) string { return l.version.KeyID }}
	byLabel  = filterKey{"Label", []string{equals}, nil}
	byTier   = filterKey{"Tier", []string{beginsWith, equals}, func(l listed) string { return string(l.version.Tier) }}
	byFormat = filterKey{"DataType", []string{beginsWith, equals}, func(l listed) string { return l.version.DataType }}
	byName   = filterKey{"Name", []string{beginsWith, equals, contains}, func(l listed) string { return l.name }}
	byPath   = filterKey{"Path", []string{recursive, oneLevel}, func(l listed) string { return l.name }}

	keysOfPath     = []filterKey{byType, byKeyID, byLabel}
	keysOfDescribe = []filterKey{byPath, byName, byType, byKeyID, byTier, byFormat}
)

const tagFilter = "tag:"

// checkFilters refuses filters that a list does not have (SSM0005).
func checkFilters(filters []types.ParameterStringFilter, keys []filterKey, tags bool) error {
	for _, f := range filters {
		name := aws.ToString(f.Key)
		if tags && strings.HasPrefix(name, tagFilter) {
			continue
		}
		i := slices.IndexFunc(keys, func(k filterKey) bool { return k.name == name })
		if i < 0 {
			var names []string
			for _, k := range keys {
				names = append(names, k.name)
			}
			return &types.InvalidFilterKey{Message: aws.String(
				"The following filter key is not valid: " + name + ". Valid filter keys include: [" + strings.Join(names, ", ") + "]."),
			}
		}
		if err := checkFilter(f, keys[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkFilter(f types.ParameterStringFilter, k filterKey) error {
	switch option := aws.ToString(f.Option); {
	case option != "" && !slices.Contains(k.options, option):
		return refusal("InvalidFilterOption", "The following filter option is not valid: %s. Valid options include: [%s].", option, strings.Join(k.options, ", "))
	case len(f.Values) == 0:
		return &types.InvalidFilterValue{Message: aws.String("The following filter values are missing : null for filter key " + k.name + ".")}
	case k.name == byLabel.name && len(f.Values) > 1:
		return &types.InvalidFilterValue{Message: aws.String("The following filter " + k.name + " can have only one value")}
	}
	return nil
}

// passes reports whether a parameter passes all filters. Labels are not looked at.
func passes(l listed, filters []types.ParameterStringFilter, keys []filterKey) bool {
	return !slices.ContainsFunc(filters, func(f types.ParameterStringFilter) bool { return !passesOne(l, f, keys) })
}

func passesOne(l listed, f types.ParameterStringFilter, keys []filterKey) bool {
	if key, tag := strings.CutPrefix(*f.Key, tagFilter); tag {
		return l.parameter != nil && slices.ContainsFunc(l.parameter.Tags, func(t ssm.Tag) bool {
			return t.Key == key && (len(f.Values) == 0 || slices.Contains(f.Values, t.Value))
		})
	}
	k := keys[slices.IndexFunc(keys, func(k filterKey) bool { return k.name == *f.Key })]
	if k.value == nil {
		return true
	}
	option := aws.ToString(f.Option)
	if option == "" {
		option = k.fallback()
	}
	return slices.ContainsFunc(f.Values, func(wanted string) bool { return is(k.value(l), option, wanted) })
}

// is reports whether a value is as an option of a filter wants it.
func is(value, option, wanted string) bool {
	switch option {
	case beginsWith:
		return strings.HasPrefix(value, wanted)
	case contains:
		return strings.Contains(value, wanted)
	case oneLevel, recursive:
		return below(value, wanted, option == recursive)
	}
	return value == wanted
}

// below reports whether a name is in the hierarchy of a path: on its first level, or on any.
// Names without a slash are on the first level of all.
func below(name, path string, deep bool) bool {
	rest, under := strings.CutPrefix("/"+strings.TrimPrefix(name, "/"), strings.TrimSuffix(path, "/")+"/")
	return under && (deep || !strings.Contains(rest, "/"))
}
