package servicediscovery

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// Conditions of filters.
const (
	isEqual    = types.FilterConditionEq
	isIn       = types.FilterConditionIn
	isBetween  = types.FilterConditionBetween
	beginsWith = types.FilterConditionBeginsWith
)

// only are the conditions that a filter takes.
func only(conditions ...types.FilterCondition) []types.FilterCondition { return conditions }

type filter struct {
	name      string
	condition types.FilterCondition // empty is EQ
	values    []string
}

// filters are those that a list takes, by name.
type filters[T any] map[string]struct {
	value      func(T) string
	time       func(T) float64 // in the place of value: seconds since 1970
	owner      bool            // in the place of value: RESOURCE_OWNER, SELF or OTHER_ACCOUNTS
	conditions []types.FilterCondition
}

// choose returns those of a list that match all filters of a request.
func (fs filters[T]) choose(all []T, asked []filter) ([]T, error) {
	for _, f := range asked {
		known := fs[f.name] // the model has seen the name
		if f.condition == "" {
			f.condition = isEqual
		}
		if !slices.Contains(known.conditions, f.condition) {
			return nil, invalid("The condition %s is not supported for the filter %s.", f.condition, f.name)
		}
		if err := f.countValues(); err != nil {
			return nil, err
		}
		var matches func(T) bool
		switch {
		case known.owner:
			if f.values[0] != "SELF" && f.values[0] != "OTHER_ACCOUNTS" {
				return nil, invalid("The value of the filter %s must be SELF or OTHER_ACCOUNTS.", f.name)
			}
			matches = func(T) bool { return f.values[0] == "SELF" }
		case known.time != nil:
			from, err1 := strconv.ParseFloat(f.values[0], 64)
			to, err2 := strconv.ParseFloat(f.values[1], 64)
			if err1 != nil || err2 != nil || from > to {
				return nil, invalid("The values of the filter %s must be a start date and an end date in seconds since 1970.", f.name)
			}
			matches = func(each T) bool { at := known.time(each); return from <= at && at <= to }
		case f.condition == beginsWith:
			matches = func(each T) bool { return strings.HasPrefix(known.value(each), f.values[0]) }
		default:
			matches = func(each T) bool { return slices.Contains(f.values, known.value(each)) }
		}
		all = slices.DeleteFunc(all, func(each T) bool { return !matches(each) })
	}
	return all, nil
}

// countValues refuses too many or too few values. Source: Cloud Map API reference, NamespaceFilter, OperationFilter.
func (f filter) countValues() error {
	switch n := len(f.values); {
	case f.condition == isBetween && n != 2:
		return invalid("The filter %s with the condition BETWEEN must have two values.", f.name)
	case (f.condition == isEqual || f.condition == beginsWith) && n != 1:
		return invalid("The filter %s with the condition %s must have one value.", f.name, f.condition)
	case n == 0:
		return invalid("The filter %s must have a value.", f.name)
	}
	return nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// mostListed is how many items a page has. Source: the service model.
const mostListed = 100

// sortable is the form of times that sort as texts.
const sortable = "20060102150405.000 "

var errToken = invalid("The NextToken is not valid.")

// cut is a page of a list, in order of its keys.
func cut[T any](all []T, key func(T) string, token *string, size *int32) ([]T, *string, error) {
	return page.Cut(all, key, page.Request{Token: token, Size: size, Most: mostListed, Refusal: errToken})
}

// newestFirst is a page of a list from its last key on.
func newestFirst[T any](all []T, key func(T) string, token *string, size *int32) ([]T, *string, error) {
	return page.Cut(all, key, page.Request{Token: token, Size: size, Most: mostListed, Descending: true, Refusal: errToken})
}
