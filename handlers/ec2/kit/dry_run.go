package kit

import (
	"context"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// ErrDryRun answers a request that is not to change anything. Source: EC2 API reference,
// error codes.
var ErrDryRun = &awsapi.Error{Code: "DryRunOperation", Message: "Request would have succeeded, but DryRun flag is set.", Status: 412}

// DryRun lets a read with the flag DryRun, which all of EC2's inputs have, tell no more
// than that it would succeed. Source: EC2 API reference, DryRun.
func DryRun[I, O any](read func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := read(ctx, in)
		if flag, _ := reflect.TypeAssert[*bool](reflect.ValueOf(in).Elem().FieldByName("DryRun")); err == nil && aws.ToBool(flag) {
			return nil, ErrDryRun
		}
		return out, err
	}
}

// DryRunFirst lets a write with the flag tell no more than that one may ask for it: for most
// of the network EC2 looks at the flag before it looks at what a request names (EC20010).
func DryRunFirst[I, O any](write func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		if flag, _ := reflect.TypeAssert[*bool](reflect.ValueOf(in).Elem().FieldByName("DryRun")); aws.ToBool(flag) {
			return nil, ErrDryRun
		}
		return write(ctx, in)
	}
}
