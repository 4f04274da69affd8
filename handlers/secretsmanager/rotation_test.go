package secretsmanager_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// The text is recorded (SEC0007).
func TestNoSecretIsRotated(t *testing.T) {
	s := newScene(t)
	createSecret(s, "a", "x")
	id := aws.String("a")
	refused(s, s.RotateSecret, &sdk.RotateSecretInput{SecretId: id}, "InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
	_, err := s.RotateSecret(t.Context(), &sdk.RotateSecretInput{SecretId: id, RotationLambdaARN: aws.String("arn:aws:lambda:eu-west-1:123456789012:function:f")})
	if err == nil || !strings.Contains(err.Error(), "does not implement the rotation of secrets by functions") {
		t.Errorf("with a function: %v", err)
	}
	refused(s, s.RotateSecret, &sdk.RotateSecretInput{SecretId: aws.String("b")}, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}
