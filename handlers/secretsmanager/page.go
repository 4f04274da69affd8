package secretsmanager

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
)

// maxListed is how many items a page of a list has. Source: Secrets Manager API reference.
const maxListed = 100

// timeKey sorts items by a time, those of the same millisecond by what names them.
func timeKey(t time.Time, name string) string { return fmt.Sprintf("%019d %s", t.UnixMilli(), name) }

// pageOf is the part of a list that a request asks for.
func pageOf[T any](all []T, key func(T) string, descending bool, token *string, asked *int32, most int) (part []T, next *string, err error) {
	return page.Cut(all, key, page.Request{
		Descending: descending, Token: token, Size: asked, Most: most,
		Refusal: &types.InvalidNextTokenException{Message: aws.String("Invalid pagination token.")}, // the text is the emulator's
	})
}
