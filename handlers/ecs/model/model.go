// Package model holds what the service model of Amazon ECS says about the members
// of requests: which are required, which values an enumeration has, how long or
// large a value may be.
//
// constraints.json is the table. Its required members come from the ECS SDK's
// source (a test compares and renews them), its limits from the public ECS service
// model, API version 2014-11-13. Enumerations are the SDK's own Values methods.
package model

import (
	_ "embed"
	"encoding/json"
	"reflect"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

//go:embed constraints.json
var constraints []byte

type table struct {
	Required map[string][]string `json:"required"` // structure → members
	Limits   map[string]limit    `json:"limits"`   // structure.member → bounds
}

type limit struct {
	Min     *float64 `json:"min,omitempty"`
	Max     *float64 `json:"max,omitempty"`
	Pattern string   `json:"pattern,omitempty"`
}

// load reads the table at first use: a program that answers no request doesn't.
var load = sync.OnceValue(func() (t table) {
	if err := json.Unmarshal(constraints, &t); err != nil {
		panic("constraints.json: " + err.Error())
	}
	return t
})

// Codec returns the codec of ECS requests: Unmarshal answers a *wire.Violation for
// the first member that breaks the service model.
var Codec = sync.OnceValue(func() *wire.Codec {
	return wire.LowerCamel.WithRules(rules{})
})

// rules implements wire.Rules. The codec asks once per member and keeps the answer.
type rules struct{}

func (rules) Constraint(structure, member string, value reflect.Type) *wire.Constraint {
	name := structure + "." + member
	if slices.Contains(handwritten, name) {
		return nil
	}
	t := load()
	bounds := t.Limits[name]
	c := wire.Constraint{
		Required: slices.Contains(t.Required[structure], member),
		Enum:     enum(value),
		Min:      bounds.Min,
		Max:      bounds.Max,
		Pattern:  bounds.Pattern,
	}
	if slices.Contains(openEnumerations, name) {
		c.Enum = nil
	}
	if reflect.DeepEqual(c, wire.Constraint{}) {
		return nil
	}
	return &c
}

// enum returns the values of an SDK enumeration, which has a method Values; nil
// for other types.
func enum(t reflect.Type) []string {
	if t.Kind() != reflect.String {
		return nil
	}
	// The name is a constant, so that the linker keeps the methods called Values
	// and drops the others.
	values, ok := t.MethodByName("Values")
	if !ok {
		return nil
	}
	list := values.Func.Call([]reflect.Value{reflect.Zero(t)})[0]
	enum := make([]string, list.Len())
	for i := range enum {
		enum[i] = list.Index(i).String()
	}
	return enum
}
