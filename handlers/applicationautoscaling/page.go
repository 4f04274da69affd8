package applicationautoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// How many items a page has at most. Source: recorded answers (AAS0008).
const (
	policiesOfPage = 10
	itemsOfPage    = 50 // of targets, scheduled actions and activities
)

// cut returns the part of a list that a request asks for. AWS gives a token only where a request names no MaxResults, or one
// above its own limit: a smaller one cuts the list off. With none or less, there is nothing in it (AAS0008).
func cut[T any](all []T, key func(T) string, r page.Request, limit *int32) ([]T, *string, error) {
	most := r.Most
	if limit != nil && *limit <= int32(most) {
		r.Size = limit
	}
	part, next, err := page.Cut(all, key, r)
	switch {
	case err != nil:
		return nil, nil, &types.InvalidNextTokenException{Message: aws.String("The NextToken value is not valid")}
	case limit != nil && *limit <= 0:
		return part[:0], nil, nil
	case limit != nil && *limit <= int32(most):
		return part, nil, nil
	}
	return part, next, nil
}

// form tells the tokens of one list from those of another.
func form(list string) page.Form { return page.Form{Head: list + "."} }
