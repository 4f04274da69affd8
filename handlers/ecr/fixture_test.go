package ecr_test

import (
	"context"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecr"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, ecr.New(ecr.Options{}).Service())) }

func TestTable(t *testing.T) {
	apitest.Table(t, ecr.New(ecr.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*ecr.API]())
}

var home = arn.Scope{Region: "us-east-1", Account: "123456789012"}

func naming(aws bool) rows.Naming {
	return rows.Naming{Home: home, Address: func(context.Context) string { return "127.0.0.1:4577" }, AWS: aws}
}

// scene is a client of an API over an empty store.
type scene struct {
	*apitest.Scene
	*sdk.Client
	files     *rows.Files
	downloads *rows.Downloads
}

func newScene(t *testing.T, options ...func(*ecr.Options)) *scene {
	t.Helper()
	s := apitest.NewScene(t, home)
	files, err := rows.OpenFiles(t.TempDir(), s.Store, 0)
	if err != nil {
		t.Fatal(err)
	}
	o := ecr.Options{Store: s.Store, Now: s.Clock, Files: files, Downloads: &rows.Downloads{}, DownloadPath: "/_emulator/layers/", Wall: func(t time.Time) time.Time { return t }, Logins: rows.NewLogins(s.Store), Naming: naming(false)}
	for _, set := range options {
		set(&o)
	}
	return &scene{s, sdk.NewFromConfig(s.Serve(ecr.New(o).Service(), &promises)), files, o.Downloads}
}

func ok[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In) *Out {
	s.T.Helper()
	return apitest.OK(s.T, call, in)
}

func refused[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In, code, text string) {
	s.T.Helper()
	apitest.Refused(s.T, call, in, code, text)
}

// withRepository makes the repository app.
func (s *scene) withRepository() *scene {
	s.T.Helper()
	ok(s, s.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: app})
	return s
}

var app = aws.String("app")

// notThere is the refusal of what is asked of the repository none (ECR-2).
const notThere = "The repository with name 'none' does not exist in the registry with id '123456789012'"
