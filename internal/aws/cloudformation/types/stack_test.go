package types_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecr"
	"github.com/ecs-emulator/ecs-emulator/handlers/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	"github.com/ecs-emulator/ecs-emulator/handlers/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler/handlertest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// stackResource is a resource with its properties, and the ones that an update in place asks for. `${Name}` and `${Name.Attribute}` are of
// resources before it.
type stackResource struct {
	id, kind, properties, updated string
}

// stackWorld makes resources as a stack does.
type stackWorld struct {
	*testing.T
	srv          *emulator.Server
	made         map[string]handler.Result
	incarnations int
	call         handler.Call
	names        *strings.Replacer
}

func startStack(t *testing.T) *stackWorld {
	t.Helper()
	w := &stackWorld{T: t, srv: emulator.Start(t, emulator.Options{InProcess: true, WarmSandboxes: -1}), made: map[string]handler.Result{}}
	client := apiclient.New(apiclient.Options{Endpoint: w.srv.Handler(), Host: "127.0.0.1", Services: serviceclient.Find(stackServices)})
	w.call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return client.Do(apiclient.WithSystemTags(ctx), apiclient.Root(stackScope), op, in, out)
	}
	return w
}

// stackServices tell how their operations are called; the emulator has them itself.
var stackServices = []awsapi.Service{
	(&cloudwatchlogs.API{}).Service(), (&iam.API{}).Service(), (&elasticloadbalancingv2.API{}).Service(),
	(&ssm.API{}).Service(), (&secretsmanager.API{}).Service(), (&ecr.API{}).Service(), (&acm.API{}).Service(), (&cloudwatch.API{}).Service(),
	(&cloudformation.API{}).Service(), (&autoscaling.API{}).Service(), ec2.New(ec2.Options{}).Service(),
}

var stackScope = arn.Scope{Account: "123456789012", Region: "us-east-1"}

// TestStackTypes: whichever answer is lost, a resource is made once, changed, changed back, and leaves nothing.
func TestStackTypes(t *testing.T) {
	for name, resources := range stackResources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startStack(t)
			w.network()
			for _, r := range resources {
				w.proveResource(r)
			}
			for _, r := range slices.Backward(resources) {
				w.do(&handlertest.Driver{}, r, handler.Delete, w.properties(r.properties), nil, w.made[r.id])
			}
		})
	}
}

// proveResource runs a resource's life once for each answer that can be lost, with every other one the whole step, and then makes it
// for the others.
func (w *stackWorld) proveResource(r stackResource) {
	w.Helper()
	clean := &handlertest.Driver{}
	w.live(clean, r)
	for i, lose := range slices.Compact(slices.Sorted(slices.Values(clean.Calls))) {
		w.live(&handlertest.Driver{Lose: lose, Crash: i%2 == 0}, r)
	}
	w.made[r.id] = w.do(&handlertest.Driver{}, r, handler.Create, w.properties(r.properties), nil, handler.Result{})
}

func (w *stackWorld) live(d *handlertest.Driver, r stackResource) {
	w.Helper()
	w.incarnations++
	before, after := w.properties(r.properties), w.properties(r.updated)
	got := w.do(d, r, handler.Create, before, nil, handler.Result{})
	if r.updated != "" {
		got = w.do(d, r, handler.Update, after, before, got)
		got = w.do(d, r, handler.Update, before, after, got)
	}
	w.do(d, r, handler.Delete, before, nil, got)
	left, err := types.Find(r.kind).Look(w.Context(), w.call, w.request(r, handler.Create, before, nil, handler.Result{}))
	if err != nil && !handler.IsGone(err) || len(left) > 0 {
		w.Fatalf("%s, answer %q lost (crash %t): %v is left, %v", r.id, d.Lose, d.Crash, left, err)
	}
}

func (w *stackWorld) do(d *handlertest.Driver, r stackResource, action handler.Action, properties, previous *document.Value, so handler.Result) handler.Result {
	w.Helper()
	d.Call, d.Now, d.Wait = w.call, w.srv.Clock().Now(), w.wait
	got := d.Do(w.T, types.Find(r.kind).Run, w.request(r, action, properties, previous, so))
	if got.Failure != nil || action == handler.Create && got.PhysicalID == "" {
		w.Fatalf("%s %s, answer %q lost (crash %t): %+v, calls %v", action, r.id, d.Lose, d.Crash, got.Failure, d.Calls)
	}
	return got
}

// wait moves the emulator's clock, which does what falls due meanwhile.
func (w *stackWorld) wait(d time.Duration) {
	w.Helper()
	if err := w.srv.Clock().Advance(d); err != nil {
		w.Fatal(err)
	}
}

func (w *stackWorld) request(r stackResource, action handler.Action, properties, previous *document.Value, so handler.Result) handler.Request {
	return handler.Request{
		Action: action, Type: r.kind, LogicalID: r.id, StackName: "shop", StackID: "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1",
		Scope: stackScope, Incarnation: fmt.Sprint(w.incarnations), PhysicalID: so.PhysicalID, Properties: properties, Previous: previous,
		Attributes: maps.Clone(so.Attributes), Tags: []handler.Tag{{Key: "team", Value: "shop"}}, PreviousTags: []handler.Tag{{Key: "team", Value: "shop"}},
	}
}

var describeSubnets = apiclient.Of("ec2", "DescribeSubnets")

// network has the default subnets stand for SUBNET1 to SUBNET3.
func (w *stackWorld) network() {
	w.Helper()
	var out sdk.DescribeSubnetsOutput
	if err := w.call(w.Context(), describeSubnets, &sdk.DescribeSubnetsInput{}, &out); err != nil {
		w.Fatal(err)
	}
	var names []string
	for i := range 3 {
		names = append(names, fmt.Sprint("SUBNET", i+1), *out.Subnets[i].SubnetId)
	}
	w.names = strings.NewReplacer(append(names, "VPC", *out.Subnets[0].VpcId)...)
}

var stackReference = regexp.MustCompile(`\$\{(\w+)(?:\.([\w.]+))?\}`)

func (w *stackWorld) properties(text string) *document.Value {
	w.Helper()
	if text == "" {
		return nil
	}
	text = stackReference.ReplaceAllStringFunc(text, func(reference string) string {
		m := stackReference.FindStringSubmatch(reference)
		made, ok := w.made[m[1]]
		if m[2] == "" && ok {
			return made.PhysicalID
		}
		if value := made.Attributes[m[2]]; value != nil {
			return value.Text
		}
		w.Fatalf("%s is not known: %+v", reference, made)
		return ""
	})
	v, err := document.Read("Properties: " + w.names.Replace(text))
	if err != nil {
		w.Fatal(err)
	}
	return v.Get("Properties")
}
