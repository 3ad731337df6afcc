package im

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// ConfigFromEnv reads a Config from the environment:
//
//	IM_HOST        REST host
//	IM_ORG, IM_APP the app; or IM_APP_KEY (org#app), or IM_APP_ID
//	IM_PLATFORM    agora or easemob, in any case of letters; see [Config]
//	IM_PLAIN_HTTP  true allows http:// hosts other than loopback
//	IM_CLIENT_ID, IM_CLIENT_SECRET       credentials of Easemob; or
//	IM_APP_ID, IM_APP_CERTIFICATE        of Agora; or
//	IM_TOKEN                             an app token as it is
//
// Variables that contradict each other are an error. IM_APP_ID beside IM_ORG and
// IM_APP (or IM_APP_KEY) belongs to IM_APP_CERTIFICATE alone. The error names all
// problems at once, each a [*ConfigError] with the name of its variable. An empty
// variable counts as not set.
func ConfigFromEnv() (Config, error) { return ConfigFromVariables(os.Getenv) }

// ConfigFromVariables is [ConfigFromEnv] with variables from elsewhere, such as a file: get
// returns the value of a variable, "" if it is not set.
func ConfigFromVariables(get func(name string) string) (Config, error) {
	env := environment{lookup: get}
	if get == nil {
		env.wrong.add("get", "must not be nil")
		return Config{}, env.wrong.err()
	}
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
type environment struct {
	lookup func(name string) string
	wrong  problems
}

func (e *environment) get(name string) string {
	value := e.lookup(name)
	trimmed := strings.TrimSpace(value)
	if value != trimmed {
		e.wrong.add(name, "has white space around its value")
	}
	if len(trimmed) > 1 && strings.ContainsRune(`"'`, rune(trimmed[0])) && trimmed[0] == trimmed[len(trimmed)-1] {
		e.wrong.add(name, "has quotation marks around its value, which were not taken off, as env files of Docker keep them")
		trimmed = trimmed[1 : len(trimmed)-1]
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
		e.wrong.add(name, "is %s, must be true or false", api.Quoted(value))
	}
	return yes
}

// provider is the one kind of credentials that is set.
func (e *environment) provider(appID, certificate string) TokenProvider {
	id, secret, token := e.get("IM_CLIENT_ID"), e.get("IM_CLIENT_SECRET"), e.get("IM_TOKEN")
	var all []TokenProvider
	var names []string
	if id != "" || secret != "" {
		all, names = append(all, ClientCredentials{ID: id, Secret: secret}), append(names, "IM_CLIENT_ID")
	}
	if certificate != "" {
		all, names = append(all, AppCertificate{AppID: appID, Certificate: certificate}), append(names, "IM_APP_CERTIFICATE")
	}
	if token != "" {
		all, names = append(all, StaticToken(token)), append(names, "IM_TOKEN")
	}
	switch last := len(all) - 1; last {
	case -1:
		return nil
	case 0:
		return all[0]
	default:
		e.wrong.add(names[last], "excludes %s; set the credentials of one kind", strings.Join(names[:last], " and "))
	}
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

// inVariables names the fields in problems of fields that exclude each other.
var inVariables = strings.NewReplacer("AppKey", "IM_APP_KEY", "Org and App", "IM_ORG and IM_APP")

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
		switch {
		case strings.HasPrefix(problem.Problem, mustNotBeEmpty):
			renamed.Problem = cmp.Or(unset[problem.Field], "is not set")
		case strings.HasPrefix(problem.Problem, namesTheApp):
			renamed.Problem = inVariables.Replace(problem.Problem)
		}
		if !slices.ContainsFunc(e.wrong, func(known *ConfigError) bool { return known.Field == renamed.Field && known.Problem == renamed.Problem }) {
			e.wrong = append(e.wrong, &renamed)
		}
	}
}
