// Package typestest makes, changes and deletes resources as a stack does, for tests of types:
//
//	s := typestest.New(t, call, ec2.Types())
//	s.Has("VPC", "AWS::EC2::VPC", "{CidrBlock: 10.0.0.0/16}")
//	s.Has("Subnet", "AWS::EC2::Subnet", "{VpcId: '${VPC}', CidrBlock: 10.0.0.0/24}")
package typestest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler/handlertest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Scope is where the stack is.
var Scope = arn.Scope{Account: "123456789012", Region: "eu-west-1"}

// StackID is the stack's ARN; its name is shop.
const StackID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"

// Stack has resources of some types.
type Stack struct {
	handlertest.Driver
	// Time is what the clock says.
	Time time.Time
	// UpdatePolicy is what updates have, in YAML; empty: none.
	UpdatePolicy string
	// Restores says that updates are of a rollback.
	Restores bool
	// Passed is called when time has passed, for what goes on by itself. Nil: nothing does.
	Passed func()

	t         *testing.T
	types     []*handler.Type
	made      int
	resources map[string]*resource // by logical id
}

type resource struct {
	of      *handler.Type
	request handler.Request // the last one
	result  handler.Result
}

// New is a stack that calls an endpoint.
func New(t *testing.T, call handler.Call, types []*handler.Type) *Stack {
	s := &Stack{t: t, types: types, resources: map[string]*resource{}, Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.Driver = handlertest.Driver{Call: call, Now: s.Time, Wait: s.wait}
	return s
}

func (s *Stack) wait(d time.Duration) {
	s.Time = s.Time.Add(d)
	if s.Passed != nil {
		s.Passed()
	}
}

// Lose has the answer of the first call of an action and operation be lost; see [handlertest.Driver].
func (s *Stack) Lose(call string, crash bool) {
	s.Driver = handlertest.Driver{Call: s.Call, Now: s.Time, Wait: s.wait, Ready: s.Ready, Lose: call, Crash: crash}
}

// fill reads properties with Refs and Fn::GetAtts of resources in them, as ${A} and ${A.B}, and converts them.
func (s *Stack) fill(of, yaml string) *document.Value {
	s.t.Helper()
	var replace []string
	for name, r := range s.resources {
		replace = append(replace, "${"+name+"}", r.result.PhysicalID)
		for attribute, v := range r.result.Attributes {
			replace = append(replace, "${"+name+"."+attribute+"}", v.Text)
		}
	}
	root, err := document.Read("Properties: " + strings.NewReplacer(replace...).Replace(yaml))
	if err != nil {
		s.t.Fatal(err)
	}
	known, found := schema.Find(of)
	if !found {
		s.t.Fatalf("the type table has no %s", of)
	}
	v := known.Convert(root.Get("Properties"))
	if problems := known.Check(v); len(problems) > 0 {
		s.t.Fatalf("%s: %v", of, problems)
	}
	return v
}

// Create makes a resource of a new incarnation, and returns why it failed.
func (s *Stack) Create(name, kind, yaml string) *handler.Failure {
	s.t.Helper()
	i := slices.IndexFunc(s.types, func(of *handler.Type) bool { return of.Name == kind })
	if i < 0 {
		s.t.Fatalf("there is no %s", kind)
	}
	s.made++
	made := &resource{of: s.types[i], request: handler.Request{
		Action: handler.Create, Type: kind, LogicalID: name, StackName: "shop", StackID: StackID, Scope: Scope,
		Incarnation: fmt.Sprint("incarnation-", s.made), Properties: s.fill(kind, yaml), Tags: []handler.Tag{{Key: "team", Value: "a"}},
	}}
	made.result = s.Do(s.t, made.of.Run, made.request)
	s.resources[name] = made
	return made.result.Failure
}

// Has makes a resource that must come to be.
func (s *Stack) Has(name, kind, yaml string) {
	s.t.Helper()
	if failure := s.Create(name, kind, yaml); failure != nil {
		s.t.Fatalf("%s: %s: %s", name, failure.Code, failure.Message)
	}
}

// Update changes a resource, and returns why it failed.
func (s *Stack) Update(name, yaml string) *handler.Failure {
	s.t.Helper()
	made := s.resources[name]
	r := made.request
	r.Action, r.Previous, r.PreviousTags, r.Properties = handler.Update, r.Properties, r.Tags, s.fill(made.of.Name, yaml)
	r.PhysicalID, r.Attributes = made.result.PhysicalID, made.result.Attributes
	r.Restores = s.Restores
	if s.UpdatePolicy != "" {
		root, err := document.Read("UpdatePolicy: " + s.UpdatePolicy)
		if err != nil {
			s.t.Fatal(err)
		}
		r.UpdatePolicy = root.Get("UpdatePolicy")
	}
	made.request, made.result = r, s.Do(s.t, made.of.Run, r)
	return made.result.Failure
}

// Delete deletes a resource, also one whose create has failed, and returns why that failed.
func (s *Stack) Delete(name string) *handler.Failure {
	s.t.Helper()
	failure := s.DeleteAgain(name)
	delete(s.resources, name)
	return failure
}

// DeleteAgain deletes a resource that stays one of the stack's for tests.
func (s *Stack) DeleteAgain(name string) *handler.Failure {
	s.t.Helper()
	made := s.resources[name]
	r := made.request
	r.Action, r.Previous, r.PhysicalID, r.Attributes = handler.Delete, nil, made.result.PhysicalID, made.result.Attributes
	if r.PhysicalID == "" {
		r.CreateProgress = made.result.Progress
	}
	return s.Do(s.t, made.of.Run, r).Failure
}

// Ref is the id of a resource.
func (s *Stack) Ref(name string) string { return s.resources[name].result.PhysicalID }

// GetAtt is an attribute of a resource, with commas between the items of a list.
func (s *Stack) GetAtt(name, attribute string) string {
	s.t.Helper()
	v := s.resources[name].result.Attributes[attribute]
	if v == nil {
		s.t.Errorf("%s has no attribute %s", name, attribute)
		return ""
	}
	texts, _ := v.Texts()
	return strings.Join(texts, ",")
}
