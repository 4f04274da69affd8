package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// webAndSidecar is a task definition of the size people register, 1.6 kB.
const webAndSidecar = `{"family":"web","taskRoleArn":"arn:aws:iam::123456789012:role/web-task",` +
	`"executionRoleArn":"arn:aws:iam::123456789012:role/ecsTaskExecutionRole","networkMode":"awsvpc",` +
	`"requiresCompatibilities":["FARGATE"],"cpu":"512","memory":"1024","containerDefinitions":[{"name":"app",` +
	`"image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.4.2","cpu":384,"memory":768,"essential":true,` +
	`"portMappings":[{"containerPort":8080,"hostPort":8080,"protocol":"tcp","name":"http","appProtocol":"http"}],` +
	`"environment":[{"name":"LOG_LEVEL","value":"info"},{"name":"DATABASE_HOST","value":"db.internal.example"},` +
	`{"name":"FEATURE_FLAGS","value":"checkout,search"}],"secrets":[{"name":"DATABASE_PASSWORD",` +
	`"valueFrom":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-4fK2"}],"logConfiguration":` +
	`{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/web","awslogs-region":"eu-west-1",` +
	`"awslogs-stream-prefix":"app"}},"healthCheck":{"command":["CMD-SHELL","curl -f http://localhost:8080/ || exit 1"],` +
	`"interval":30,"timeout":5,"retries":3,"startPeriod":10},"ulimits":[{"name":"nofile","softLimit":65536,` +
	`"hardLimit":65536}],"dependsOn":[{"containerName":"proxy","condition":"HEALTHY"}]},{"name":"proxy",` +
	`"image":"envoyproxy/envoy:v1.31","cpu":128,"memory":256,"essential":true,"user":"1337","portMappings":` +
	`[{"containerPort":15001,"protocol":"tcp"}],"mountPoints":[{"sourceVolume":"config","containerPath":"/etc/envoy",` +
	`"readOnly":true}],"healthCheck":{"command":["CMD","/bin/check"],"interval":5,"timeout":2,"retries":3}}],` +
	`"volumes":[{"name":"config","host":{}}],"tags":[{"key":"team","value":"shop"},{"key":"env","value":"prod"}]}`

func BenchmarkDecode(b *testing.B) {
	body := []byte(webAndSidecar)
	b.Run("wire", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := wire.Unmarshal(body, new(ecs.RegisterTaskDefinitionInput)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := json.Unmarshal(body, new(ecs.RegisterTaskDefinitionInput)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	in := new(ecs.RegisterTaskDefinitionInput)
	if err := wire.Unmarshal([]byte(webAndSidecar), in); err != nil {
		b.Fatal(err)
	}
	b.Run("wire", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			buf = wire.Append(buf[:0], in)
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(in); err != nil {
				b.Fatal(err)
			}
		}
	})
}
