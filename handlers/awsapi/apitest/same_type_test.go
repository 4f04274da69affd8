package apitest

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// What may be different in a copy of the SDK's types is told, also below their members.
func TestDifferencesAreTold(t *testing.T) {
	type Tag struct{ Key, Value *string }
	type TagResourceInput struct {
		ResourceArn *string
		Tags        []Tag
	}
	if d := difference(reflect.TypeFor[TagResourceInput](), reflect.TypeFor[ecs.TagResourceInput]()); d != "" {
		t.Error(d)
	}
	for name, other := range map[string]reflect.Type{
		"order":  func() reflect.Type { type Tag struct{ Value, Key *string }; return reflect.TypeFor[Tag]() }(),
		"fewer":  func() reflect.Type { type Tag struct{ Key *string }; return reflect.TypeFor[Tag]() }(),
		"type":   func() reflect.Type { type Tag struct{ Key, Value string }; return reflect.TypeFor[Tag]() }(),
		"name":   func() reflect.Type { type Label struct{ Key, Value *string }; return reflect.TypeFor[Label]() }(),
		"member": func() reflect.Type { type Tag struct{ Key, Text *string }; return reflect.TypeFor[Tag]() }(),
		"tag": func() reflect.Type {
			type Tag struct {
				Key   *string
				Value *string `json:"v"`
			}
			return reflect.TypeFor[Tag]()
		}(),
	} {
		if difference(other, reflect.TypeFor[types.Tag]()) == "" || difference(reflect.SliceOf(other), reflect.TypeFor[[]types.Tag]()) == "" {
			t.Errorf("%s: nothing is told", name)
		}
	}
	type LaunchType string
	if difference(reflect.TypeFor[LaunchType](), reflect.TypeFor[types.LaunchType]()) == "" {
		t.Error("values that are missing are not told")
	}
	if theirs := reflect.TypeFor[document.Interface](); difference(documentType, theirs) != "" || difference(reflect.TypeFor[[]byte](), theirs) == "" {
		t.Error("a document is not told from bytes")
	}
	type ClientException struct{ Message, ErrorCodeOverride *string }
	if difference(reflect.TypeFor[ClientException](), reflect.TypeFor[types.ClientException]()) == "" {
		t.Error("an error that is none is not told")
	}
}
