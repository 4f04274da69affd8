package stackparameter

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Values are by the names of parameters. The zero value can be added to.
type Values map[string]string

func (v *Values) set(name, value string) {
	if *v == nil {
		*v = Values{}
	}
	(*v)[name] = value
}

// Add adds a pair: Env=dev. The value may have further equal signs.
func (v *Values) Add(pair string) error {
	name, value, found := strings.Cut(pair, "=")
	if name = strings.TrimSpace(name); !found || name == "" {
		return fmt.Errorf("%q has no value: write name=value", pair)
	}
	v.set(name, value)
	return nil
}

// AddFile adds what a file has, as [Read] reads it. A previous value, which the stack has, is not known.
func (v *Values) AddFile(text []byte) error {
	file, err := Read(text)
	if err != nil {
		return err
	}
	for _, p := range file.Parameters {
		switch {
		case p.ParameterValue != nil:
			v.set(*p.ParameterKey, *p.ParameterValue)
		case !aws.ToBool(p.UsePreviousValue):
			return fmt.Errorf("%s has no ParameterValue", *p.ParameterKey)
		}
	}
	return nil
}
