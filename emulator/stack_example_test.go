package emulator_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// A stack of CloudFormation from its creation to its end. docs/start/go-test.md shows this function; a test compares the two.
func ExampleServer_Deploy() {
	ctx := context.Background()
	srv, err := emulator.New(emulator.Options{Speed: emulator.Still}) // the clock moves as the stack needs it
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = srv.Close() }()

	const template = `
Parameters: {Days: {Type: Number}}
Resources:
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /shop, RetentionInDays: !Ref Days}}
Outputs:
  Logs: {Value: !GetAtt Logs.Arn}`
	outputs, err := srv.Deploy(ctx, "shop", template, map[string]string{"Days": "7"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outputs["Logs"])

	_, err = srv.Deploy(ctx, "shop", template, map[string]string{"Days": "8"}) // no number of days that AWS has: it is rolled back
	fmt.Println(err != nil)
	if err := srv.DeleteStack(ctx, "shop"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// arn:aws:logs:us-east-1:000000000000:log-group:/shop:*
	// true
}
