package scheduler_test

import (
	"net/http"
	"os"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, scheduler.New(scheduler.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, scheduler.New(scheduler.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*scheduler.API]())
}

func TestRoundTrip(t *testing.T) {
	apitest.RoundTripREST(t, scheduler.New(scheduler.Options{}).Service(), func(transport *http.Client) any {
		return sdk.New(sdk.Options{
			Region: "us-east-1", HTTPClient: transport, Retryer: apitest.Retryer(),
			Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""), BaseEndpoint: aws.String("http://emulator"),
		})
	})
}

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// scene is an API over an empty store, and a client of it.
type scene struct {
	*apitest.Scene
	*sdk.Client
}

func newScene(t *testing.T, options ...func(*scheduler.Options)) *scene {
	t.Helper()
	s := apitest.NewScene(t, scope)
	o := scheduler.Options{Store: s.Store, Now: s.Clock}
	for _, set := range options {
		set(&o)
	}
	return &scene{s, sdk.NewFromConfig(s.Serve(scheduler.New(o).Service(), &promises))}
}

const (
	queue = "arn:aws:sqs:us-east-1:123456789012:target"
	role  = "arn:aws:iam::123456789012:role/scheduler"
)

// nightly is a schedule with what is demanded alone.
func nightly(name string) *sdk.CreateScheduleInput {
	return &sdk.CreateScheduleInput{
		Name: &name, ScheduleExpression: aws.String("cron(0 3 * * ? *)"), FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target: &types.Target{Arn: aws.String(queue), RoleArn: aws.String(role)},
	}
}
