package emulator_test

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// A VPC whose range something else has is made, and the log warns at once.
func TestARangeThatIsInUseIsWarnedOf(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	srv := emulator.Start(t, emulator.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if _, err := srv.Engine().EnsureNetwork(context.Background(), backend.NetworkSpec{Name: "office", CIDR: netip.MustParsePrefix("10.9.0.0/16")}); err != nil {
		t.Fatal(err)
	}
	client := ec2.NewFromConfig(srv.Config())
	for _, cidr := range []string{"10.8.0.0/16", "10.9.128.0/20"} {
		if _, err := client.CreateVpc(context.Background(), &ec2.CreateVpcInput{CidrBlock: aws.String(cidr)}); err != nil {
			t.Fatal(err)
		}
	}
	text := log.String()
	if n := strings.Count(text, "tasks in a new VPC cannot start"); n != 1 || !strings.Contains(text, "range=10.9.128.0/20") ||
		!strings.Contains(text, "10.9.128.0/20 overlaps 10.9.0.0/16 of network office") {
		t.Errorf("%d warnings:\n%s", n, text)
	}
}
