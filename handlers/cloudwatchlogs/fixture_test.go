package cloudwatchlogs_test

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, cloudwatchlogs.New(nil, nil).Service())) }

func TestTable(t *testing.T) {
	apitest.Table(t, cloudwatchlogs.New(nil, nil).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*cloudwatchlogs.API]())
}

var (
	scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	start = time.Date(2026, 9, 13, 21, 0, 0, 0, time.UTC)
)

const (
	group  = "/ecs/app"
	stream = "web/app/1"
)

// scene is a client of an API with a group and a stream.
type scene struct {
	*sdk.Client
	*testing.T
	store *logs.Store
	now   time.Time
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{T: t, now: start}
	clock := func() time.Time { return s.now }
	var err error
	s.store, err = logs.Open(logs.Options{Now: clock})
	s.must(err)
	server := httptest.NewServer(cloudwatchlogs.New(s.store, clock).Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler), Observe: promises.Observe}))
	t.Cleanup(server.Close)
	s.Client = sdk.New(sdk.Options{
		Region: scope.Region, BaseEndpoint: &server.URL, Retryer: apitest.Retryer(), HTTPClient: apitest.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider(scope.Account, "secret", ""),
	})
	_, err = s.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: aws.String(group)})
	s.must(err)
	_, err = s.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream)})
	s.must(err)
	return s
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// event is one some milliseconds after the start.
func event(ms int64, message string) types.InputLogEvent {
	return types.InputLogEvent{Timestamp: aws.Int64(start.UnixMilli() + ms), Message: &message}
}

func (s *scene) put(events ...types.InputLogEvent) (*sdk.PutLogEventsOutput, error) {
	return s.PutLogEvents(s.Context(), &sdk.PutLogEventsInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream), LogEvents: events})
}

// refused fails unless AWS would answer with an error of a code and a text.
func (s *scene) refused(err error, code, text string) {
	s.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || api.ErrorMessage() != text {
		s.Errorf("got %v, not %s: %s", err, code, text)
	}
}
