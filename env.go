package im

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

// ConfigFromEnv reads a Config from the environment:
//
//	IM_HOST        REST host
//	IM_ORG, IM_APP the app; or IM_APP_KEY (org#app), or IM_APP_ID
//	IM_PLATFORM    agora or easemob, in any case of letters; see [Config]
//	IM_PLAIN_HTTP  true allows http:// hosts beyond loopback
//	IM_CLIENT_ID, IM_CLIENT_SECRET       credentials of Easemob; or
//	IM_APP_ID, IM_APP_CERTIFICATE        of Agora; or
//	IM_TOKEN                             an app token as it is
//
// Variables that contradict each other are an error. IM_APP_ID beside IM_ORG and
// IM_APP (or IM_APP_KEY) belongs to IM_APP_CERTIFICATE alone. The error names all
// problems at once, each a [*ConfigError] with the name of its variable. An empty
// variable counts as not set.
func ConfigFromEnv() (Config, error) {
	var env environment
	c := Config{
		Host: env.get("IM_HOST"), Org: env.get("IM_ORG"), App: env.get("IM_APP"), AppKey: env.get("IM_APP_KEY"),
		Platform:  Platform(strings.ToLower(env.get("IM_PLATFORM"))),
		PlainHTTP: env.getBool("IM_PLAIN_HTTP"),
	}
	appID, certificate := env.get("IM_APP_ID"), env.get("IM_APP_CERTIFICATE")
	named := c.AppKey != "" || c.Org != "" || c.App != ""
	if !named || certificate == "" {
		c.AppID = appID
	}
	c.Token = env.provider(appID, certificate)

	checked := c
	checked.PlainHTTP = true // WithPlainHTTP may allow it: New decides
	var wrong problems
	checked.check(&wrong, false)
	env.rename(wrong)
	return c, env.wrong.err()
}

// environment reads variables and notes what is wrong with them.
type environment struct{ wrong problems }

func (e *environment) get(name string) string {
	value := os.Getenv(name)
	trimmed := strings.TrimSpace(value)
	if value != trimmed {
		e.wrong.add(name, "has white space around its value")
	}
	return trimmed
}

func (e *environment) getBool(name string) bool {
	value := e.get(name)
	if value == "" {
		return false
	}
	yes, err := strconv.ParseBool(value)
	if err != nil {
		e.wrong.add(name, "must be true or false")
	}
	return yes
}

// provider is the one kind of credentials that is set.
func (e *environment) provider(appID, certificate string) TokenProvider {
	id, secret, token := e.get("IM_CLIENT_ID"), e.get("IM_CLIENT_SECRET"), e.get("IM_TOKEN")
	var all []TokenProvider
	if id != "" || secret != "" {
		all = append(all, ClientCredentials{ID: id, Secret: secret})
	}
	if certificate != "" {
		all = append(all, AppCertificate{AppID: appID, Certificate: certificate})
	}
	if token != "" {
		all = append(all, StaticToken(token))
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	e.wrong.add("IM_TOKEN", "IM_CLIENT_ID and IM_APP_CERTIFICATE exclude each other; set the credentials of one kind")
	for _, provider := range all {
		var wrong problems
		checkProvider(&wrong, provider)
		e.rename(wrong)
	}
	return all[0]
}

// variables are the names under which the environment knows the fields.
var variables = map[string]string{
	"Host": "IM_HOST", "Org": "IM_ORG", "App": "IM_APP", "AppKey": "IM_APP_KEY", "AppID": "IM_APP_ID", "Platform": "IM_PLATFORM",
	"Token": "IM_CLIENT_ID", "ClientCredentials.ID": "IM_CLIENT_ID", "ClientCredentials.Secret": "IM_CLIENT_SECRET",
	"AppCertificate.AppID": "IM_APP_ID", "AppCertificate.Certificate": "IM_APP_CERTIFICATE", "StaticToken": "IM_TOKEN",
}

// unset says what to set in place of the field that is empty.
var unset = map[string]string{ //nolint:gosec // names, no credentials
	"Host":  "is not set; the console shows the REST host of the app",
	"Org":   "is not set; set IM_ORG and IM_APP, or IM_APP_KEY, or IM_APP_ID",
	"Token": "is not set; set IM_CLIENT_ID and IM_CLIENT_SECRET, or IM_APP_ID and IM_APP_CERTIFICATE, or IM_TOKEN",
}

// rename notes problems under the names of the variables, each once.
func (e *environment) rename(wrong problems) {
	for _, problem := range wrong {
		renamed := ConfigError{Field: variables[problem.Field], Problem: problem.Problem}
		if strings.HasPrefix(problem.Problem, mustNotBeEmpty) {
			renamed.Problem = "is not set"
			if text := unset[problem.Field]; text != "" {
				renamed.Problem = text
			}
		}
		if !slices.ContainsFunc(e.wrong, func(known *ConfigError) bool { return known.Field == renamed.Field && known.Problem == renamed.Problem }) {
			e.wrong = append(e.wrong, &renamed)
		}
	}
}
