package resourcegroupstaggingapi

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/resourcegroupstaggingapi/types"
)

const (
	// mostOnPage is the largest page, and the page of a request that does not say: AWS documents none.
	mostOnPage = 100
	// tokenLife is how long a token is valid. Source: API reference, PaginationTokenExpiredException.
	tokenLife = 15 * time.Minute
)

// cut returns the part of a list that a request asks for, and the token of the next part, empty if there is none (source:
// API reference, example of GetResources). A token begins with when it was made; an empty one asks for the first part.
func cut[T any](now time.Time, all []T, key func(T) string, token *string, size *int32) (part []T, next *string, err error) {
	asked := page.Request{Size: size, Most: mostOnPage}
	if aws.ToString(token) != "" {
		madeAt, place, _ := strings.Cut(*token, ".")
		at, err := strconv.ParseInt(madeAt, 36, 64)
		if err != nil {
			return nil, nil, errToken()
		}
		if now.Sub(time.UnixMilli(at)) > tokenLife {
			return nil, nil, &types.PaginationTokenExpiredException{Message: awsapi.Textf("The PaginationToken has expired.")} // the text is the emulator's
		}
		asked.Token = &place
	}
	part, place, err := page.Cut(all, key, asked)
	switch {
	case err != nil:
		return nil, nil, errToken()
	case place == nil:
		return part, aws.String(""), nil
	}
	return part, aws.String(strconv.FormatInt(now.UnixMilli(), 36) + "." + *place), nil
}

// errToken is for a token of no answer. The text is the emulator's.
func errToken() error { return invalid("The PaginationToken is not valid.") }

// fitting is how many resources of a page have no more tags together than a request wants. That is never none: the
// smallest TagsPerPage is more than a resource has.
func fitting(part []tagging.Resource, tagsPerPage *int32) int {
	if tagsPerPage == nil {
		return len(part)
	}
	room := int(*tagsPerPage)
	for i, r := range part {
		if room -= len(r.Tags); room < 0 {
			return i
		}
	}
	return len(part)
}
