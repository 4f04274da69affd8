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
// than that it would succeed. In is a pointer to the input. Source: EC2 API reference, DryRun.
func DryRun[In, Out any](read func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (none Out, err error) {
		out, err := read(ctx, in)
		if err == nil && isDryRun(in) {
			return none, ErrDryRun
		}
		return out, err
	}
}

// DryRunFirst lets a write with the flag tell no more than that one may ask for it: for most
// of the network EC2 looks at the flag before it looks at what a request names (EC20010).
func DryRunFirst[In, Out any](write func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (none Out, err error) {
		if isDryRun(in) {
			return none, ErrDryRun
		}
		return write(ctx, in)
	}
}

// isDryRun reads the flag of an input.
func isDryRun(in any) bool {
	flag, _ := reflect.TypeAssert[*bool](reflect.ValueOf(in).Elem().FieldByName("DryRun"))
	return aws.ToBool(flag)
}
