// Package iam makes roles and policies in stacks.
package iam

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Types are what stacks can make of the service. Users, groups and access keys are not in the type table.
func Types() []*handler.Type {
	return []*handler.Type{role(), inlinePolicy(), rolePolicy(), managedPolicy(), instanceProfile(), serviceLinkedRole()}
}

func operation(name string) apiclient.Operation { return apiclient.Of("iam", name) }

func tags(list []handler.Tag) []types.Tag {
	return handler.Tags(list, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

func readTags(list []types.Tag) []handler.Tag {
	return handler.ReadTags(list, func(t types.Tag) (key, value *string) { return t.Key, t.Value })
}

// difference are the texts of the first list that the second has not.
func difference(of, without []string) []string {
	return slices.DeleteFunc(slices.Clone(of), func(text string) bool { return slices.Contains(without, text) })
}

// each calls for all of a list. What is gone is no mistake where something is taken away.
func each(list []string, call func(string) error) error {
	for _, of := range list {
		if err := call(of); err != nil {
			return err
		}
	}
	return nil
}

func unlessGone(err error) error {
	if handler.IsGone(err) {
		return nil
	}
	return err
}

// policyDocument is a policy as text, which a template has as text or as an object.
func policyDocument(t *handler.Turn) *string { return aws.String(t.Document("PolicyDocument")) }
