package ecsemulator_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/testcontainers/testcontainers-go"

	ecsemulator "github.com/ecs-emulator/ecs-emulator/testcontainers"
)

// TestPageShowsTheExample runs what docs/start/testcontainers.md shows.
func TestPageShowsTheExample(t *testing.T) {
	page, err := os.ReadFile("../docs/start/testcontainers.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(page), "```go\n")
	block, _, found := strings.Cut(block, "```")
	if indented := "\t" + strings.ReplaceAll(strings.TrimSuffix(block, "\n"), "\n", "\n\t"); !found || !strings.Contains(string(source), strings.ReplaceAll(indented, "\n\t\n", "\n\n")) {
		t.Errorf("the example is not\n%s", block)
	}
	engine(t, image)
	example()
}

func example() {
	ctx := context.Background()
	emulator, err := ecsemulator.Run(ctx, "ecs-emulator/ecs-emulator",
		ecsemulator.WithFlags("--default-launch-type", "FARGATE"))
	defer testcontainers.TerminateContainer(emulator)
	if err != nil {
		log.Fatal(err)
	}
	endpoint, err := emulator.EndpointURL(ctx)
	if err != nil {
		log.Fatal(err)
	}
	client := ecs.NewFromConfig(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(endpoint),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	clusters, err := client.ListClusters(ctx, &ecs.ListClustersInput{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(clusters.ClusterArns)
}
