package sts_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, sts.Service())) }

func TestTable(t *testing.T) {
	apitest.Table(t, sts.Service(), reflect.TypeFor[*client.Client](), reflect.TypeFor[struct{}]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, sts.Service(), func(transport *http.Client) any {
		return client.New(client.Options{
			HTTPClient: transport, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
		})
	})
}

func TestCallerIsTheRootOfTheAccount(t *testing.T) {
	server := httptest.NewServer(sts.Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler), Observe: promises.Observe}))
	defer server.Close()
	for key, account := range map[string]string{"123456789012": "123456789012", "AKIAEXAMPLE": "000000000000"} {
		out, err := client.New(client.Options{
			Region:       "eu-west-1",
			BaseEndpoint: aws.String(server.URL),
			Credentials:  credentials.NewStaticCredentialsProvider(key, "secret", ""),
		}).GetCallerIdentity(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if *out.Account != account || *out.UserId != account || *out.Arn != "arn:aws:iam::"+account+":root" {
			t.Errorf("%s is %s, %s, %s", key, *out.Account, *out.UserId, *out.Arn)
		}
	}
}
