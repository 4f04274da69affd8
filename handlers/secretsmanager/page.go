package secretsmanager

import (
	"encoding/base64"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

// maxListed is how many items a page of a list has. Source: Secrets Manager API reference.
const maxListed = 100

func (v *violations) page(maxResults *int32, most int32) {
	constraint.Between(&v.Violations, "maxResults", maxResults, 1, most)
}

// page returns the part of a list that a request asks for, and the token of the next part:
// how many items come before it.
func page[T any](all []T, token *string, asked *int32, most int) (part []T, next *string, err error) {
	from := 0
	if token != nil {
		text, err := base64.URLEncoding.DecodeString(*token)
		if err == nil {
			from, err = strconv.Atoi(string(text))
		}
		if err != nil || from < 0 { // the text is the emulator's
			return nil, nil, &types.InvalidNextTokenException{Message: aws.String("Invalid pagination token.")}
		}
	}
	if asked != nil {
		most = int(*asked)
	}
	all = all[min(from, len(all)):]
	if len(all) > most {
		all = all[:most]
		next = aws.String(base64.URLEncoding.EncodeToString([]byte(strconv.Itoa(from + most))))
	}
	return all, next, nil
}
