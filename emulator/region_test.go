package emulator_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestARegionThatAWSHasNotIsSaidOnce has a region of an option, and regions of clients.
func TestARegionThatAWSHasNotIsSaidOnce(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	srv, err := emulator.New(emulator.Options{Region: "us-wset-1", Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range []string{"eu-wst-1", "us-east-1", "eu-wst-1", "us-wset-1", "eusc-de-east-1", "mars-north-1"} {
		client := ecs.NewFromConfig(srv.Config(), func(o *ecs.Options) { o.Region = region })
		if _, err := client.ListClusters(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"region=us-wset-1 didYouMean=us-west-1\n", "region=eu-wst-1 didYouMean=eu-west-1\n", "region=mars-north-1 didYouMean="} {
		if n := strings.Count(log.String(), want); n != 1 {
			t.Errorf("%d times %q in\n%s", n, want, log.String())
		}
	}
	if n := strings.Count(log.String(), "no such region"); n != 3 {
		t.Errorf("%d regions are named in\n%s", n, log.String())
	}
}
