// Package servicediscovery has the types of resources of AWS Cloud Map.
package servicediscovery

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// Types are all of this package.
func Types() []*handler.Type {
	return []*handler.Type{httpNamespace(), privateDNSNamespace(), publicDNSNamespace(), service(), instance()}
}

func operation(name string) apiclient.Operation { return apiclient.Of("servicediscovery", name) }

func tags(t *handler.Turn) []types.Tag { return handler.Tags(t.AllTags(), tag) }

func tag(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} }

// tagging is of resources with an attribute Arn.
func tagging() *handler.Tagging {
	return &handler.Tagging{
		Tag: func(t *handler.Turn, list []handler.Tag) error {
			in := sdk.TagResourceInput{ResourceARN: aws.String(t.Attribute("Arn")), Tags: handler.Tags(list, tag)}
			return t.Call(operation("TagResource"), &in, nil)
		},
		Untag: func(t *handler.Turn, keys []string) error {
			return t.Call(operation("UntagResource"), &sdk.UntagResourceInput{ResourceARN: aws.String(t.Attribute("Arn")), TagKeys: keys}, nil)
		},
	}
}

// What Cloud Map does takes its time, and an operation says how far it is. A turn's Memo has its id.

// began keeps the operation that a call has begun, and returns what it is about.
func began(t *handler.Turn, id *string, target types.OperationTargetType) (string, error) {
	t.Memo = aws.ToString(id)
	o, err := operationNow(t)
	if err != nil || o == nil {
		return "", err
	}
	return o.Targets[string(target)], nil
}

// ended reports whether the operation that was begun last has succeeded, or there is none.
func ended(t *handler.Turn) (bool, error) {
	o, err := operationNow(t)
	if err != nil || o == nil {
		return o == nil, err
	}
	return o.Status == types.OperationStatusSuccess, nil
}

// operationNow is the operation that was begun last, nil if there is none. One that has failed is an error.
func operationNow(t *handler.Turn) (*types.Operation, error) {
	if t.Memo == "" {
		return nil, nil
	}
	var out sdk.GetOperationOutput
	if err := t.Call(operation("GetOperation"), &sdk.GetOperationInput{OperationId: &t.Memo}, &out); err != nil {
		return nil, err
	}
	if o := out.Operation; o != nil && o.Status == types.OperationStatusFail {
		return nil, handler.Failed(handler.GeneralServiceException, "%s", cmp.Or(aws.ToString(o.ErrorMessage), aws.ToString(o.ErrorCode)))
	}
	return out.Operation, nil
}
