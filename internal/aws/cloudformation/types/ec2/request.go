package ec2

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func operation(name string) apiclient.Operation {
	return apiclient.Operation{Signed: "ec2", Name: name}
}

// tagging is of all resources that have tags: their physical id is the one of EC2, or resource says which is.
func tagging(resource func(*handler.Turn) (string, error)) *handler.Tagging {
	return &handler.Tagging{
		Tag: func(t *handler.Turn, tags []handler.Tag) error {
			id, err := resource(t)
			if err != nil {
				return err
			}
			return t.Call(operation("CreateTags"), &sdk.CreateTagsInput{Resources: []string{id}, Tags: handler.Tags(tags, tag)}, nil)
		},
		Untag: func(t *handler.Turn, keys []string) error {
			id, err := resource(t)
			if err != nil {
				return err
			}
			in := sdk.DeleteTagsInput{Resources: []string{id}}
			for _, key := range keys {
				in.Tags = append(in.Tags, types.Tag{Key: &key})
			}
			return t.Call(operation("DeleteTags"), &in, nil)
		},
	}
}

func physicalID(t *handler.Turn) (string, error) { return t.ID, nil }

func tag(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} }

func pair(t types.Tag) (key, value *string) { return t.Key, t.Value }

// tagsFor are the tags that a create gives.
func tagsFor(t *handler.Turn, kind types.ResourceType) []types.TagSpecification {
	return []types.TagSpecification{{ResourceType: kind, Tags: handler.Tags(t.AllTags(), tag)}}
}

// ownTags are filters for the resources that the stack has under a logical id.
func ownTags(t *handler.Turn) (list []types.Filter) {
	for _, t := range t.OwnTags() {
		list = append(list, filter("tag:"+t.Key, t.Value))
	}
	return list
}

func filter(name string, values ...string) types.Filter {
	return types.Filter{Name: &name, Values: values}
}

// foundIDs are what Find returns of resources that were asked for by the stack's tags.
func foundIDs[T any](list []T, id func(T) *string) []handler.Found {
	var all []handler.Found
	for _, each := range list {
		if text := id(each); text != nil {
			all = append(all, handler.Found{ID: *text})
		}
	}
	return all
}

// alreadyThere is of a create of what another one has made, where EC2 itself would take the call.
func alreadyThere(kind, id string) error {
	return handler.Failed(handler.AlreadyExists, "Resource of type '%s' with identifier '%s' already exists.", kind, id)
}

// wish is a text that a request has if it is not empty.
func wish(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// boolean is a property that is true or false, or what EC2 takes without it.
func boolean(t *handler.Turn, property string, otherwise bool) *types.AttributeBooleanValue {
	if v := t.Properties.Get(property); v != nil {
		otherwise = v.IsTrue()
	}
	return &types.AttributeBooleanValue{Value: &otherwise}
}
