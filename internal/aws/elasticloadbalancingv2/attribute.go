package elasticloadbalancingv2

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Attributes are those that calls have set, by key. All others have their default.
type Attributes map[string]string

// Attribute is a setting that a load balancer, a listener or a target group has.
type Attribute struct {
	Key string
	// Of are the kinds of resources that have it.
	Of Kinds
	// Default is its value until a call sets it; DefaultOf are other ones, by kind.
	Default   string
	DefaultOf map[Kind]string
	// Values are those that it can have, beside numbers between Least and Most. With neither
	// it is any text.
	Values      []string
	Least, Most int
	// Refusal is what is said of a value that it cannot have, in which {} is the value. Empty: see
	// Refuse.
	Refusal string
	// Acts says that it has an effect. All others are kept without one.
	Acts bool
}

type Kind string

// Kinds of load balancers, of target groups that these forward to, and of listeners.
const (
	ALB Kind = "application"
	NLB Kind = "network"
	// UDP are target groups and listeners of a network load balancer whose protocol is UDP
	// or TCP_UDP; TCPIP are target groups of TCP and TLS whose targets are addresses.
	UDP   Kind = "UDP"
	TCPIP Kind = "TCP by address"
	HTTP  Kind = "HTTP"
	HTTPS Kind = "HTTPS"
	TCP   Kind = "TCP"
	TLS   Kind = "TLS"
)

type Kinds []Kind

// Takes reports whether a value is one that the attribute can have.
func (a *Attribute) Takes(value string) bool {
	if slices.Contains(a.Values, value) {
		return true
	}
	if a.Most > 0 {
		n, err := strconv.Atoi(value)
		return err == nil && n >= a.Least && n <= a.Most
	}
	return a.Values == nil
}

// Refuse is what AWS says of a value that the attribute cannot have; empty: it can have it. Source:
// ELB0007.
func (a *Attribute) Refuse(value string) string {
	switch {
	case a.Takes(value):
		return ""
	case a.Refusal != "":
		return strings.ReplaceAll(a.Refusal, "{}", value)
	case a.Key == "idle_timeout.timeout_seconds": // AWS counts characters
		return bounds(a, value)
	case strings.HasSuffix(a.Key, ".percentage") && above(value, a.Most):
		return fmt.Sprintf("'%s' must be 'off' or an integer from %d to %d inclusive", a.Key, a.Least, a.Most)
	case strings.HasSuffix(a.Key, ".percentage"):
		return fmt.Sprintf("The value of '%s' must be 'off' or a positive integer", a.Key)
	case slices.Equal(a.Values, onOff):
		return fmt.Sprintf("The value of '%s' must be 'true' or 'false', but was '%s'", a.Key, value)
	case a.Most > 0:
		return fmt.Sprintf("'%s' value '%s' must be between '%d-%d' inclusive", a.Key, value, a.Least, a.Most)
	}
	values := slices.DeleteFunc(slices.Clone(a.Values), func(v string) bool { return v == "" })
	return fmt.Sprintf("The value of '%s' must be from the following: [%s], but was '%s'", a.Key, strings.Join(values, ", "), value)
}

func bounds(a *Attribute, value string) string {
	if above(value, a.Most) {
		return fmt.Sprintf("The value of '%s' cannot be greater than %d characters", a.Key, a.Most)
	}
	return fmt.Sprintf("The value of '%s' cannot be less than %d characters", a.Key, a.Least)
}

func above(value string, most int) bool {
	n, err := strconv.Atoi(value)
	return err == nil && n > most
}

func (a *Attribute) defaultOf(kind Kind) string {
	if value, ok := a.DefaultOf[kind]; ok {
		return value
	}
	return a.Default
}

// FindAttribute returns the attribute with a key, or nil.
func FindAttribute(table []Attribute, key string) *Attribute {
	if i := slices.IndexFunc(table, func(a Attribute) bool { return a.Key == key }); i >= 0 {
		return &table[i]
	}
	return nil
}

type Setting struct{ Key, Value string }

// all returns the values of all attributes that a kind has, in the order of the table.
func (set Attributes) all(table []Attribute, kind Kind) (all []Setting) {
	for _, a := range table {
		if slices.Contains(a.Of, kind) {
			all = append(all, Setting{a.Key, set.value(a.Key, table, kind)})
		}
	}
	return all
}

func (set Attributes) value(key string, table []Attribute, kind Kind) string {
	if value, ok := set[key]; ok {
		return value
	}
	if a := FindAttribute(table, key); a != nil {
		return a.defaultOf(kind)
	}
	return ""
}

func (set Attributes) With(others Attributes) Attributes {
	merged := Attributes{}
	maps.Copy(merged, set)
	maps.Copy(merged, others)
	return merged
}

// seconds is the value of an attribute that is a number of them.
func seconds(value string) time.Duration {
	n, _ := strconv.Atoi(value) // Takes has let nothing else in
	return time.Duration(n) * time.Second
}

var onOff = []string{"true", "false"}

// series are attributes whose keys differ in one word.
func series(a Attribute, pattern string, words ...string) (all []Attribute) {
	for _, word := range words {
		one := a
		one.Key = strings.Replace(pattern, "*", word, 1)
		all = append(all, one)
	}
	return all
}
