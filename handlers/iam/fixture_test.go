package iam_test

import (
	"net/http"
	"os"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	ouriam "github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, iam.New(nil, nil, nil).Service())) }

func TestTable(t *testing.T) {
	apitest.Table(t, iam.New(nil, nil, nil).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*iam.API]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, iam.New(nil, nil, nil).Service(), func(transport *http.Client) any {
		return sdk.New(sdk.Options{
			HTTPClient: transport, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
		})
	})
}

// scene is a client of an API over an empty store.
type scene struct {
	*apitest.Scene
	*sdk.Client
	uses *ouriam.KeyUses
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := apitest.NewScene(t, arn.Scope{Region: "us-east-1", Account: "000000000000"})
	uses := &ouriam.KeyUses{}
	return &scene{s, sdk.NewFromConfig(s.Serve(iam.New(s.Store, s.Clock, uses).Service(), &promises)), uses}
}

func ok[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In) *Out {
	s.T.Helper()
	return apitest.OK(s.T, call, in)
}

func refused[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In, code, text string) {
	s.T.Helper()
	apitest.Refused(s.T, call, in, code, text)
}

const (
	trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	reads = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
)
